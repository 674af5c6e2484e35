"use strict";
// What a page does beyond being read. Without this script everything is still there to read, and nothing is asked for.
(() => {
  const site = window.traite; // absent when a page was sent alone
  const say = (text) => { document.querySelector(".announce").textContent = text; };

  // Links: those to pages that exist here, and this chapter in the other editions.
  for (const nav of document.querySelectorAll("nav.editions")) {
    const { chapter, edition } = nav.dataset;
    const keys = Object.keys(site?.editions ?? {}).filter((key) => chapter === "index" || site.editions[key].includes(chapter));
    if (keys.length < 2) continue;
    const list = document.createElement("ul");
    for (const key of keys.sort()) {
      const link = document.createElement("a");
      link.textContent = key;
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
  if (!site) for (const form of document.querySelectorAll("form.search")) form.hidden = true;

  // Contents: open where there is room for them.
  const contents = document.querySelector("nav.contents details");
  const wide = window.matchMedia("(min-width: 64rem)");
  const unfold = () => { if (contents) contents.open = wide.matches; };
  wide.addEventListener("change", unfold);
  unfold();

  // Paper has no folds.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.data:not([open])")];
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of folded) details.open = false; });

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
      const area = document.createElement("textarea"); // a page opened from a folder may have no clipboard
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
    return found.classList.contains("number") ? text.replace(/\u202f|(?<=\d) (?=\d{3}\b)/g, "") : text;
  };
  const lines = (figure) => [...figure.querySelectorAll("tr")].map((row) => [...row.cells].map(cell));
  const quoted = (text) => (/[";\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  for (const figure of document.querySelectorAll("figure.statistics")) {
    const title = figure.querySelector("caption").textContent.trim();
    const bar = document.createElement("p");
    bar.className = "tools";
    const save = () => {
      const notes = [...figure.querySelectorAll("figcaption p")].map((note) => [note.textContent.trim()]);
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
