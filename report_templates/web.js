// Filters, sorts and opens in place what stands in the page anyway. It writes text only, never markup.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filter");
  const table = document.querySelector("table.findings");
  const findings = all("tbody.finding");
  const shown = document.getElementById("shown");
  const texts = new Map();

  const text = (finding) => {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding);
  };

  const filter = () => {
    const asked = new FormData(form);
    const verdicts = new Set(asked.getAll("verdict"));
    const words = asked.get("text").toLowerCase().split(/\s+/).filter(Boolean);
    const { device, clause } = Object.fromEntries(asked);
    let count = 0;
    for (const finding of findings) {
      const data = finding.dataset;
      const hit = (!verdicts.size || verdicts.has(data.verdict))
        && (device === "" || device === data.device)
        && (clause === "" || clause === data.clause)
        && words.every((word) => text(finding).includes(word));
      if (finding.hidden === hit) finding.hidden = !hit;
      count += hit;
    }
    const phrase = count < findings.length ? shown.dataset.shown : shown.dataset.every;
    shown.classList.toggle("filtered", count < findings.length);
    shown.textContent = phrase.replace("{shown}", count).replace("{all}", findings.length);
  };

  const sort = (key, down) => {
    const number = (finding, name) => Number(finding.dataset[name]);
    const sign = down ? -1 : 1;
    findings.sort((one, other) =>
      sign * (number(one, key) - number(other, key)) || number(one, "number") - number(other, "number"));
    table.append(...findings);
    for (const head of all("th[data-sort]", table)) head.removeAttribute("aria-sort");
    const head = table.querySelector(`th[data-sort="${key}"]`);
    if (head) head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  const sortable = (head) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      sort(head.dataset.sort, head.getAttribute("aria-sort") === "ascending");
      const offered = all("option", form.elements.sort).some((option) => option.value === head.dataset.sort);
      if (offered) form.elements.sort.value = head.dataset.sort;
    });
  };

  // What a shot shows, repeated below a finding that rests on it.
  const repeated = (link, moment) => {
    const card = document.getElementById(link.hash.slice(1)).cloneNode(true);
    for (const each of [card, ...all("[id]", card)]) each.removeAttribute("id");
    card.removeAttribute("aria-labelledby");
    const video = card.querySelector("video");
    if (video) {
      video.preload = "metadata";
      if (moment) video.src = moment.getAttribute("href");
    }
    watch(card);
    link.parentElement.after(card);
    link.parentElement.classList.add("repeated");
  };

  const open = (finding, wanted) => {
    const why = finding.querySelector(".why");
    why.classList.toggle("open", wanted);
    finding.querySelector("button.open").setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    const moment = why.querySelector("a.moment");
    for (const link of all(".evidence:not(.repeated) > a", why)) repeated(link, moment);
  };

  const openable = (finding) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "open";
    button.setAttribute("aria-expanded", "false");
    const name = finding.querySelector(".c-item");
    button.append(...name.childNodes);
    name.append(button);
  };

  const go = () => {
    const finding = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!finding || !finding.matches("tbody.finding")) return;
    if (finding.hidden) { form.reset(); filter(); }
    open(finding, true);
    finding.scrollIntoView();
    finding.querySelector("button.open").focus({ preventScroll: true });
  };

  const play = (link, event) => {
    const place = link.closest(".why, article");
    const path = link.getAttribute("href").split("#")[0];
    const video = all("video", place).find((each) => each.getAttribute("src").split("#")[0] === path);
    if (!video || video.error) return;
    event.preventDefault();
    video.src = link.getAttribute("href");
    video.scrollIntoView({ block: "nearest" });
    video.play().catch(() => {});
  };

  const watch = (root) => {
    for (const video of all("video", root)) {
      video.addEventListener("error", () => { video.nextElementSibling.hidden = false; });
    }
  };

  // --- Values under the pointer: each line of a drawing carries its axes (svg.Axis.attribute).
  const axis = (line, name) => {
    const parts = line.getAttribute(name).split(" ");
    const [low, high, start, end] = parts.map(Number);
    return (place) => {
      const share = (place - start) / (end - start);
      return parts.length > 4 ? low * (high / low) ** share : low + share * (high - low);
    };
  };

  const at = (line, x) => {
    let before;
    for (const point of line.points) {
      if (point.x >= x) {
        if (!before || point.x === before.x) return point.y;
        return before.y + (point.y - before.y) * (x - before.x) / (point.x - before.x);
      }
      before = point;
    }
    return before.y;
  };

  const figure = (value) => Number(value.toPrecision(3)).toString().replace("-", "\u2212");

  const sides = (line, name) => line.getAttribute(name).split(" ").slice(2, 4).map(Number);

  const pointed = (drawing, route, words) => {
    const svg = drawing.querySelector("svg");
    let mark = svg.querySelector(".pointer");
    if (!mark) {
      mark = document.createElementNS("http://www.w3.org/2000/svg", "path");
      mark.setAttribute("class", "pointer");
      svg.append(mark);
      const output = document.createElement("p");
      output.className = "values";
      drawing.append(output);
    }
    mark.setAttribute("d", route);
    drawing.querySelector(".values").textContent = words;
  };

  // All lines are read at the same abscissa, in panels too: share is how far along the axis.
  const readLines = (drawing, lines, share) => {
    const along = (line, x) => { const [start, end] = sides(line, "data-x"); return (x - start) / (end - start); };
    const ends = lines.flatMap((line) => [along(line, line.points[0].x), along(line, line.points[line.points.length - 1].x)]);
    const kept = Math.min(Math.max(share, Math.min(...ends)), Math.max(...ends));
    drawing.dataset.at = kept;
    const place = (line) => { const [start, end] = sides(line, "data-x"); return start + kept * (end - start); };
    const marks = lines.map((line) => `M${place(line)} ${sides(line, "data-y").join("V")}`);
    const values = lines.map((line) =>
      `${line.dataset.name} ${figure(axis(line, "data-y")(at(line, place(line))))} ${line.dataset.yUnit}`.trim());
    const across = `${figure(axis(lines[0], "data-x")(place(lines[0])))} ${lines[0].dataset.xUnit}`.trim();
    pointed(drawing, [...new Set(marks)].join(""), `${across}: ${values.join("; ")}`);
  };

  const readSpot = (drawing, spots, index) => {
    const kept = (index + spots.length) % spots.length;
    drawing.dataset.at = kept;
    const [x, y] = ["cx", "cy"].map((name) => Number(spots[kept].getAttribute(name)));
    pointed(drawing, `M${x - 7} ${y}a7 7 0 1 0 14 0a7 7 0 1 0 -14 0`, spots[kept].dataset.value);
  };

  const outside = (value, [first, second]) => Math.max(Math.min(first, second) - value, value - Math.max(first, second), 0);

  const least = (items, size) => items.reduce((best, item, index) => (size(item) < size(items[best]) ? index : best), 0);

  const read = (drawing, { x, y }) => {
    const lines = all("svg polyline[data-x]", drawing), spots = all("svg [data-value]", drawing);
    if (lines.length) {
      const nearest = lines[least(lines, (line) => outside(x, sides(line, "data-x")) + outside(y, sides(line, "data-y")))];
      const [start, end] = sides(nearest, "data-x");
      readLines(drawing, lines, (x - start) / (end - start));
    } else if (spots.length) {
      readSpot(drawing, spots, least(spots, (spot) => Math.hypot(spot.getAttribute("cx") - x, spot.getAttribute("cy") - y)));
    }
  };

  const point = (event) => {
    const drawing = event.target.closest && event.target.closest("figure.drawing");
    const svg = drawing && drawing.querySelector("svg");
    if (svg) read(drawing, new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()));
  };

  const step = (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const drawing = way && event.target.closest("figure.drawing");
    if (!drawing) return;
    event.preventDefault();
    const lines = all("svg polyline[data-x]", drawing), spots = all("svg [data-value]", drawing);
    const now = drawing.dataset.at;
    if (lines.length) readLines(drawing, lines, Number(now || 0) + way / 100);
    else if (spots.length) readSpot(drawing, spots, now === undefined ? 0 : Number(now) + way);
  };

  // --- Beginning
  document.documentElement.classList.add("script");
  form.hidden = false;
  findings.forEach(openable);
  all("th[data-sort]", table).forEach(sortable);
  all("figure.drawing").filter((drawing) => drawing.querySelector("polyline[data-x], [data-value]")).forEach((drawing) => {
    drawing.tabIndex = 0;
  });
  watch(document);
  if (innerWidth < 900) document.getElementById("menu").open = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    if (event.target === form.elements.sort) sort(event.target.value, false);
    else filter();
  });
  form.addEventListener("reset", () => setTimeout(() => { sort("rank", false); filter(); }));
  document.getElementById("open-all").addEventListener("click", () => {
    for (const finding of findings) if (!finding.hidden) finding.querySelector(".why").classList.add("open");
    for (const button of all("tbody.finding:not([hidden]) button.open")) button.setAttribute("aria-expanded", "true");
  });
  document.addEventListener("click", (event) => {
    const target = event.target;
    const opener = target.closest("button.open") || (target.closest("tr.line") && target.closest("tbody").querySelector("button.open"));
    const moment = target.closest("a.moment");
    const device = target.closest("a.device");
    const link = target.closest('a[href^="#finding-"]');
    if (opener && !String(getSelection())) open(opener.closest("tbody"), opener.getAttribute("aria-expanded") !== "true");
    if (moment) play(moment, event);
    if (device) { form.reset(); form.elements.device.value = device.dataset.device; setTimeout(filter); }
    if (link && link.hash === location.hash) go();
  });
  document.addEventListener("pointermove", point);
  document.addEventListener("keydown", step);
  addEventListener("hashchange", go);
  filter();
  go();
})();
