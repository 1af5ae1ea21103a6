// The pace meter: a mark that glides along a line; nothing is read out while somebody speaks.
const percent = (share) => `${(100 * share).toFixed(1)}%`;

export default function (component) {
  const { data, parentElement } = component;
  const meter = parentElement.querySelector(".pace");
  const easy = meter.querySelector(".easy");
  easy.style.left = percent(data.easy[0]);
  easy.style.right = percent(1 - data.easy[1]);
  const now = meter.querySelector(".now");
  now.style.opacity = data.place === null ? 0 : 1;
  if (data.place !== null) now.style.left = percent(data.place);
  meter.querySelector(".time i").style.width = percent(data.time);
  const said = meter.querySelector(".line");
  if (said.getAttribute("aria-label") !== data.label) said.setAttribute("aria-label", data.label);
}
