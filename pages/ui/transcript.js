// The live transcript: settled text is only ever appended, the interim tail is replaced in place.
export default function (component) {
  const { data, parentElement } = component;
  const box = parentElement.querySelector(".transcript");
  const settled = box.querySelector(".settled");
  const interim = box.querySelector(".interim");
  if (box.dataset.answer !== data.answer || settled.children.length > data.segments.length) {
    box.dataset.answer = data.answer;
    settled.replaceChildren();
  }
  const follow = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  for (let i = settled.children.length; i < data.segments.length; i++) {
    const span = document.createElement("span");
    span.textContent = data.segments[i] + " ";
    settled.append(span);
  }
  if (interim.textContent !== data.interim) interim.textContent = data.interim;
  box.querySelector(".hint").textContent = data.segments.length || data.interim ? "" : data.hint;
  parentElement.querySelector(".elapsed").textContent = data.elapsed;
  parentElement.querySelector(".transcript-note").textContent = data.note;
  if (follow) box.scrollTop = box.scrollHeight;
}
