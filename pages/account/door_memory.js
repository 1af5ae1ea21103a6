// Where somebody stands at the front door, kept in this tab of the browser: on a phone, going over to the
// mail and back reloads the page, and the code is then asked for where it was left off.

const PLACE = "interview-door";

export default function ({ data, setTriggerValue }) {
  if (window.__door === undefined) {
    window.__door = data.door; // the first run of a page: nothing to keep yet, perhaps something kept
    const kept = sessionStorage.getItem(PLACE);
    if (kept && !data.door) setTriggerValue("kept", kept);
    else if (!data.door) return;
  }
  if (data.door) sessionStorage.setItem(PLACE, data.door);
  else if (window.__door) sessionStorage.removeItem(PLACE);
  window.__door = data.door;
}
