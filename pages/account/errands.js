// What only the browser can do about its cookies: each errand goes to a route of ours, once.

const ROUTES = {
  "sign-in": "auth/exchange",
  "sign-out": "auth/sign-out",
  arrived: "auth/arrived",
};

const known = limit =>
  fetch("auth/known", { credentials: "same-origin", signal: limit })
    .then(r => (r.ok ? r.json() : { known: false }))
    .then(answer => answer.known);

async function run(data) {
  const limit = AbortSignal.timeout(5000);
  if (data.errand !== "look") {
    const answer = await fetch(ROUTES[data.errand], {
      method: "POST",
      credentials: "same-origin",
      signal: limit,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket: data.ticket }),
    });
    if (data.errand !== "sign-in") return "kept";
    sessionStorage.removeItem("interview-door"); // whoever is in waits for no code
    return answer.ok && (await known(limit)) ? "kept" : "lost";
  }
  // This tab's login has ended. Where the browser has another one since, the page begins again with it.
  if (!(await known(limit))) return "lost";
  location.reload();
  return new Promise(() => {});
}

export default function ({ data, setTriggerValue }) {
  if (!data || !data.errand || window.__errand === data.ticket) return;
  window.__errand = data.ticket;
  run(data).then(
    status => setTriggerValue("status", status),
    () => setTriggerValue("status", "lost"),
  );
}
