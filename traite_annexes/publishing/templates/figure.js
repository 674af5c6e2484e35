// The image of a figure for a slide, made here: title, population, notes and sources around the drawing. Nothing is asked for.
(() => {
  const wide = 640, margin = 20, font = '"DejaVu Sans", Verdana, sans-serif';
  const ruler = document.createElement("canvas").getContext("2d");
  // Words on lines.
  const cut = (text, size, weight) => {
    ruler.font = `${weight} ${size}px ${font}`;
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
      if (lines.at(-1) && ruler.measureText(longer).width > wide - 2 * margin) lines.push(word); else lines[lines.length - 1] = longer;
    }
    return lines;
  };
  const texts = (figure, choice) => [...figure.querySelectorAll(choice)].map((each) => each.textContent.trim());
  const made = (figure) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    let down = margin;
    const write = (text, size, weight, fill) => {
      for (const line of cut(text, size, weight)) {
        down += size * 1.35;
        const node = document.createElementNS(svg.namespaceURI, "text");
        node.setAttribute("style", `font: ${weight} ${size}px ${font}; fill: ${fill}`);
        node.setAttribute("x", margin);
        node.setAttribute("y", down);
        node.textContent = line;
        svg.append(node);
      }
    };
    for (const text of texts(figure, "figcaption strong")) write(text, 18, "bold", "#1d1d1f");
    for (const text of texts(figure, ".subject")) write(text, 13, "normal", "#5f6368");
    const drawing = figure.querySelector(".drawing svg").cloneNode(true);
    const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
    const across = wide - 2 * margin;
    for (const [name, value] of Object.entries({ x: margin, y: down + 10, width: across, height: (across * height) / width })) {
      drawing.setAttribute(name, value);
    }
    svg.append(drawing);
    down += 14 + (across * height) / width;
    for (const text of texts(figure, ".notes p")) write(text, 11, "normal", "#5f6368");
    svg.setAttribute("width", wide);
    svg.setAttribute("height", down + margin);
    return svg;
  };
  const save = (figure) => {
    const svg = made(figure), scale = 2, image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = wide * scale;
      canvas.height = svg.getAttribute("height") * scale;
      const context = canvas.getContext("2d");
      context.fillStyle = "#ffffff";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = `${figure.id}.png`;
        link.click();
        URL.revokeObjectURL(link.href);
        document.querySelector(".announce").textContent = "L’image a été enregistrée.";
      });
    };
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  };
  for (const figure of document.querySelectorAll("figure.chart")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Enregistrer l’image (PNG)";
    button.setAttribute("aria-label", `Enregistrer l’image (PNG) : ${figure.querySelector(".number").textContent.trim()}`);
    button.addEventListener("click", () => save(figure));
    const files = figure.querySelector(".files") ?? figure.appendChild(document.createElement("p"));
    files.classList.add("files");
    files.append(button);
  }
})();
