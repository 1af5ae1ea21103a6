// The live transcript: settled text is only ever appended, the interim is replaced in place.
const UNSURE = "We are not sure we heard this right";

// What has not changed is not touched, so that a selection in it stays.
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export default function (component) {
  const { data, parentElement } = component;
  const box = parentElement.querySelector(".transcript");
  const settled = box.querySelector(".settled");
  if (box.dataset.answer !== data.answer || settled.children.length > data.segments.length) {
    box.dataset.answer = data.answer;
    settled.replaceChildren();
  }
  const follow = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  for (let i = settled.children.length; i < data.segments.length; i++) {
    const span = document.createElement("span");
    const { text, certain } = data.segments[i];
    span.textContent = text;
    if (!certain) {
      span.className = "unsure";
      span.title = UNSURE;
    }
    settled.append(span, " ");
  }
  put(box.querySelector(".stable"), data.stable);
  put(box.querySelector(".tail"), data.tail);
  const begun = data.segments.length || data.stable || data.tail;
  put(box.querySelector(".hint"), begun ? "" : data.hint);
  put(parentElement.querySelector(".elapsed"), data.elapsed);
  put(parentElement.querySelector(".transcript-note"), data.note);
  if (follow) box.scrollTop = box.scrollHeight;
}
