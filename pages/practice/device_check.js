// Which microphone and camera to use, and what only the browser knows about them: whether the microphone
// hears anything, how large the picture is, and which way the sound takes through the network.
//
// The devices themselves are those of the camera card (pages/ui/camera.js), which leaves them in one place.

const CHOICE = "rehearsal-devices";
const LOUD = 0.25; // of the level, -48 dBFS
const room = (window.__rehearsal ??= { mode: "off", stream: null, report: null, drawn: null });
const check = (window.__deviceCheck ??= {});

function remembered() {
  try { return JSON.parse(localStorage.getItem(CHOICE)) || {}; } catch { return {}; }
}

function remember(kind, id) {
  try { localStorage.setItem(CHOICE, JSON.stringify({ ...remembered(), [kind]: id })); } catch { /* this once */ }
}

async function fill() {
  if (!navigator.mediaDevices || !check.box) return;
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  for (const field of check.box.querySelectorAll("select")) {
    const kind = field.name;
    const known = devices.filter(one => one.kind === kind && one.deviceId);
    const track = room.stream && room.stream.getTracks()
      .find(one => one.kind === (kind === "audioinput" ? "audio" : "video"));
    const used = (track && track.getSettings().deviceId) || remembered()[kind] || "";
    const names = known.map((one, n) => [one.deviceId, one.label || `${field.dataset.noun} ${n + 1}`]);
    const options = names.map(([id, name]) => {
      const option = document.createElement("option");
      option.value = id;
      option.textContent = name;
      option.selected = id === used;
      return option;
    });
    const drawn = JSON.stringify([names, used]);
    if (field.dataset.drawn === drawn) continue;
    field.dataset.drawn = drawn;
    field.replaceChildren(...options);
    field.disabled = names.length === 0;
    field.closest("label").hidden = names.length === 0;
  }
}

async function change(event) {
  const field = event.target;
  remember(field.name, field.value);
  check.told = {};
  check.tell("loud", false);
  if (field.name === "videoinput") check.tell("picture", "");
  if (room.stream && room.reopen) {
    await room.reopen().catch(error => room.report && room.report(error.name || "UnknownError"));
  }
  fill();
}

function tell(name, value) {
  const drawn = JSON.stringify(value);
  if (check.told[name] === drawn) return;
  check.told[name] = drawn;
  check.tell(name, value);
}

async function path() {
  if (!room.link || room.link.connectionState !== "connected") return null;
  const stats = await room.link.getStats();
  let pair = null;
  for (const one of stats.values()) {
    if (one.type === "transport" && one.selectedCandidatePairId) pair = stats.get(one.selectedCandidatePairId);
  }
  for (const one of pair ? [] : stats.values()) { // Firefox has no transport
    if (one.type === "candidate-pair" && (one.selected || (one.nominated && one.state === "succeeded"))) pair = one;
  }
  const local = pair && stats.get(pair.localCandidateId), remote = pair && stats.get(pair.remoteCandidateId);
  if (!local || !remote) return null;
  return {
    local: local.candidateType, remote: remote.candidateType,
    protocol: local.protocol || remote.protocol || "", relay: local.relayProtocol || "",
  };
}

async function look() {
  if (room.mode === "off" || !room.stream) return;
  if (room.level > LOUD) tell("loud", true);
  const [track] = room.stream.getVideoTracks();
  const size = track && track.readyState === "live" && !track.muted ? track.getSettings() : {};
  if (size.width) tell("picture", `${size.width} by ${size.height}`);
  fill();
  const way = await path().catch(() => null);
  if (way) tell("path", way);
}

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  check.box = parentElement.querySelector(".device-choice");
  check.tell = setStateValue;
  if (check.press !== data.press) {
    check.press = data.press;
    check.told = {};
  }
  check.told ??= {};
  for (const field of check.box.querySelectorAll("select")) field.onchange = change;
  check.timer ??= setInterval(look, 300);
  if (navigator.mediaDevices) navigator.mediaDevices.ondevicechange = fill;
  fill();
  return () => {
    clearInterval(check.timer);
    check.timer = undefined;
    if (navigator.mediaDevices) navigator.mediaDevices.ondevicechange = null;
  };
}
