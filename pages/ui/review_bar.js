// The lanes of marks below the recording. Part of review_player.js.

function lane(kind, title, track) {
  const element = make("div", { className: "review-lane" }, make("span", { textContent: title }), track);
  element.dataset.kind = kind;
  return element;
}

function sound(levels) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", `0 0 ${levels.length} 100`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", levels.map((level, x) => {
    const height = Math.max(4, level);
    return `M${x + 0.15} ${50 - height / 2}h.7v${height}h-.7z`;
  }).join(""));
  drawing.append(path);
  return make("div", { className: "review-track" }, drawing);
}

function bar(room) {
  const { seconds, levels, lanes, shares } = room.data.bar;
  const drawn = lanes.map(({ kind, title, marks }) => {
    const track = make("div", { className: "review-track" });
    track.setAttribute("role", "toolbar");
    track.setAttribute("aria-label", title);
    marks.forEach(([from, until, label, told], number) => {
      const mark = make("button", { type: "button", tabIndex: number ? -1 : 0 });
      mark.style.left = `min(${(100 * from) / seconds}%, 100% - 7px)`;
      mark.style.width = `${(100 * Math.min(until - from, seconds - from)) / seconds}%`;
      mark.setAttribute("aria-label", told);
      mark.dataset.from = from;
      mark.onmouseenter = mark.onfocus = () => { room.find(".review-told").textContent = told; };
      track.append(mark);
    });
    return lane(kind, title, track);
  });
  if (levels.length) drawn.unshift(lane("sound", "How loud you were", sound(levels)));
  room.find(".review-bar").replaceChildren(...drawn);
  room.find(".review-told").textContent =
    lanes.length ? "Press a mark to go there." : "";
  const piece = ({ kind, share }, wide) => {
    const i = make("i");
    i.dataset.kind = kind;
    if (wide) i.style.flexGrow = share;
    return i;
  };
  room.find(".review-shares").replaceChildren(...(shares.length ? [
    make("span", { textContent: "Shares of the answer, not places in it" }),
    make("div", { ariaHidden: "true" }, ...shares.map(each => piece(each, true))),
    make("ul", {}, ...shares.map(each => make("li", {}, piece(each, false), each.text))),
  ] : []));
}
