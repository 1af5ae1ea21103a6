// Speaks the question with the browser's own voices; nothing leaves the computer.
export default function (component) {
  const { data, parentElement } = component;
  const button = parentElement.querySelector("button");
  const label = button.querySelector(".label");
  const speech = window.speechSynthesis;
  if (!speech) {
    button.disabled = true;
    button.title = "This browser has no voice to read with.";
    return;
  }
  const rest = () => { label.textContent = "Read aloud"; button.dataset.speaking = "no"; };
  if (button.dataset.text !== data.text) { speech.cancel(); rest(); }
  button.dataset.text = data.text;
  button.onclick = () => {
    const speaking = button.dataset.speaking === "yes";
    speech.cancel();
    if (speaking) return rest();
    const words = new SpeechSynthesisUtterance(data.text);
    words.lang = data.language;
    words.onend = words.onerror = rest;
    label.textContent = "Stop reading";
    button.dataset.speaking = "yes";
    speech.speak(words);
  };
  return () => speech.cancel();
}
