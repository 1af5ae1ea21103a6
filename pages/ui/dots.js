// Rows of marks on a line from 1 to 5. Everything that people wrote is text.
function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const at = (level) => `${((level - 1) / 4) * 100}%`;

function mark(side) {
  const element = make("i", `dot ${side}`);
  element.setAttribute("aria-hidden", "true");
  return element;
}

function line(dots) {
  const box = make("div", "dots-line");
  box.setAttribute("aria-hidden", "true");
  for (let step = 1; step <= 5; step++) {
    const tick = make("span", "dots-tick", String(step));
    tick.style.left = at(step);
    box.append(tick);
  }
  const levels = dots.map((dot) => dot.level);
  const span = make("span", "dots-span");
  span.style.left = at(Math.min(...levels));
  span.style.width = `${((Math.max(...levels) - Math.min(...levels)) / 4) * 100}%`;
  box.append(span);
  // Marks at the same place stand one above the other, so that each is seen.
  const taken = new Map();
  for (const dot of dots) {
    const place = Math.round(dot.level * 4);
    const above = taken.get(place) ?? 0;
    taken.set(place, above + 1);
    const element = mark(dot.side);
    element.style.left = at(dot.level);
    element.style.marginTop = `${-14 * above}px`;
    box.append(element);
  }
  return box;
}

export default function (component) {
  const { data, parentElement } = component;
  const box = parentElement.querySelector(".dots");
  const seen = JSON.stringify(data.rows);
  if (box.dataset.seen === seen) return;
  box.dataset.seen = seen;
  box.replaceChildren();
  for (const row of data.rows) {
    const element = make("div", "dots-row");
    element.append(make("div", "dots-label", row.label));
    const names = make("div", "dots-names");
    for (const dot of row.dots) {
      const name = make("span", "dots-name");
      name.append(mark(dot.side), make("span", "", `${dot.name} ${dot.shown}`));
      names.append(name);
    }
    element.append(names, line(row.dots));
    box.append(element);
  }
}
