"use strict";
// What a page does beyond being read. Without this script everything is still there to read, and nothing is asked for.
(() => {
  // Absent when a page was sent alone.
  const site = window.traite;
  const say = (text) => { document.querySelector(".announce").textContent = text; };

  // Links: those to pages that exist here, and this chapter in the other editions.
  for (const nav of document.querySelectorAll("nav.editions")) {
    const { chapter, edition } = nav.dataset;
    const keys = Object.keys(site?.editions ?? {}).filter((key) => chapter === "index" || site.editions[key].includes(chapter));
    if (keys.length < 2) continue;
    const list = document.createElement("ul");
    for (const key of keys.sort()) {
      const link = document.createElement("a");
      link.textContent = key.replace(/^demo(.*)/, "$1 (démonstration)");
      link.href = `../${key}/${chapter}.html`;
      if (key === edition) link.setAttribute("aria-current", "page");
      list.append(document.createElement("li"));
      list.lastChild.append(link);
    }
    nav.append(list);
    nav.hidden = false;
  }
  const here = document.querySelector("nav.editions")?.dataset.edition;
  for (const link of document.querySelectorAll("nav.neighbours a[data-chapter]")) {
    if (site && !site.editions[here]?.includes(link.dataset.chapter)) link.remove();
  }
  // Sent alone: what is beside it is not there.
  if (!site) {
    for (const part of document.querySelectorAll("form.search, .trail, .neighbours, .terms, .files")) part.hidden = true;
    for (const link of document.querySelectorAll("a[href]")) {
      if (!/^(#|https?:|mailto:)/.test(link.getAttribute("href"))) link.replaceWith(...link.childNodes);
    }
  }

  // Contents and terms: open where there is room for them.
  const wide = window.matchMedia("(min-width: 64rem)");
  const unfold = () => { for (const details of document.querySelectorAll(".aside details")) details.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // Paper has no folds.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.data:not([open])")];
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of folded) details.open = false; });

  // A table wider than its place scrolls with the keyboard too; one that fits is no stop on the way.
  const measured = new ResizeObserver((boxes) => {
    for (const { target } of boxes) {
      target.classList.toggle("wide", target.scrollWidth > target.clientWidth + 1);
      target.tabIndex = target.classList.contains("wide") ? 0 : -1;
    }
  });
  for (const box of document.querySelectorAll(".scroll")) measured.observe(box);

  // A link to a folded place unfolds it.
  const reveal = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details")?.setAttribute("open", "");
  window.addEventListener("hashchange", reveal);
  reveal();

  // Tables and citations: copy, download.
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  const copy = async (text, done) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page opened from a folder may have no clipboard.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const copied = document.execCommand("copy");
      area.remove();
      if (!copied) { say("La copie n’a pas pu se faire."); return; }
    }
    say(done);
  };
  // Spreadsheets read numbers without the no-break spaces of typography.
  const cell = (found) => {
    const text = found.textContent.trim().replace(/\s+/g, " ");
    const heading = found.closest("table").tHead.rows[0].cells[found.cellIndex];
    return heading.classList.contains("number") ? text.replace(/\u202f|(?<=\d) (?=\d{3}\b)/g, "") : text;
  };
  // What is written once above several rows stands in each line of the copy, as its last column.
  const lines = (figure) => {
    const shared = figure.querySelector("tr.group")?.dataset.by;
    const [head, ...rows] = figure.querySelectorAll("tr");
    const found = [[...[...head.cells].map(cell), ...(shared ? [shared] : [])]];
    let above = [];
    for (const row of rows) {
      const cells = [...row.cells].map(cell);
      if (row.className === "group") above = cells;
      else found.push([...cells, ...above]);
    }
    return found;
  };
  const quoted = (text) => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  for (const figure of document.querySelectorAll("figure.statistics")) {
    const title = figure.querySelector("caption").textContent.trim();
    const bar = document.createElement("p");
    bar.className = "tools";
    const save = () => {
      // What the figure above has said of it, then what it says itself.
      const above = figure.closest("details")?.parentElement.querySelectorAll("figure.chart :is(.subject, .notes p)") ?? [];
      const notes = [...above, ...figure.querySelectorAll("figcaption p")].map((note) => [note.textContent.trim()]);
      const text = [...lines(figure), [], ...notes].map((row) => row.map(quoted).join(";")).join("\r\n");
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
      link.download = `${title.normalize("NFD").replace(/[^\w]+/g, "-").replace(/^-|-$/g, "").toLowerCase()}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
      say(`Le tableau « ${title} » a été enregistré.`);
    };
    const put = () => copy(lines(figure).map((row) => row.join("\t")).join("\n"), `Le tableau « ${title} » a été copié.`);
    for (const [text, act] of [["Copier le tableau", put], ["Enregistrer en CSV", save]]) {
      const made = button(text, act);
      made.setAttribute("aria-label", `${text} : ${title}`);
      bar.append(made);
    }
    figure.append(bar);
  }
  for (const text of document.querySelectorAll(".citation")) {
    text.after(button("Copier la référence", () => copy(text.textContent.trim(), "La référence a été copiée.")));
  }
})();
