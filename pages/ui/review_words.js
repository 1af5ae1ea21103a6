// The words beside the recording: drawn anew when another reading of them is chosen. Part of review_player.js.

const UNSURE = "We are not sure we heard this right";
const QUOTED = "Quoted in the coach's rating";
const CHANGED = { "+": ["ins", "added: "], "-": ["del", "removed: "] };

function words(room) {
  const { views } = room.data;
  const box = room.find(".review-words");
  const view = views[room.view] ?? views[views.length - 1] ?? { words: [], legend: "" };
  room.words = [];
  room.word = undefined;
  const drawn = document.createDocumentFragment();
  let run = drawn, change = "", between = ""; // what parts two words is marked only where both are
  view.words.forEach(([text, gap, from, until, flags], number) => {
    const changed = flags.at(-1) in CHANGED ? flags.at(-1) : "";
    if (changed !== change) {
      change = changed;
      drawn.append(between);
      run = drawn;
      if (changed) {
        const [tag, label] = CHANGED[changed];
        run = make(tag, {}, make("span", { className: "sr-only", textContent: label }));
        drawn.append(run);
      }
    } else run.append(between);
    const element = make("span", { textContent: text });
    if (flags.includes("q")) { element.className = "quoted"; element.title = QUOTED; }
    if (flags.includes("u")) { element.classList.add("unsure"); element.title = UNSURE; }
    if (from >= 0) {
      element.dataset.at = from;
      // Words that were heard as one have one time.
      if (room.words.at(-1)?.start !== from) room.words.push({ element, start: from, end: until });
    }
    run.append(element);
    const goesOn = flags.includes("q") && view.words[number + 1]?.[4].includes("q");
    between = goesOn ? make("span", { className: "quoted", textContent: gap }) : gap;
  });
  box.replaceChildren(drawn);
  room.root.dataset.timed = room.words.length || room.data.bar.lanes.length ? "yes" : "no";
  room.find(".review-legend").textContent = view.legend;
  const buttons = views.length < 2 ? [] : views.map((each, number) => {
    const button = make("button", { type: "button", textContent: each.name });
    button.setAttribute("aria-pressed", String(number === room.view));
    button.onclick = () => {
      room.view = number;
      kept("review-view", each.name);
      words(room);
      draw(room);
      room.find(".review-views").children[number].focus();
    };
    return button;
  });
  room.find(".review-views").replaceChildren(...buttons);
}
