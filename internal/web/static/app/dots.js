// Datagrams that fly: so many and so short-lived that they are painted on a canvas
// over the drawing of the network, and not made of elements.

import { attr, html } from "./dom.js";

export class Dots {
  /** A canvas for a drawing of this size. */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.root = html("canvas", { class: "dots", "aria-hidden": "true" });
    this.pen = this.root.getContext("2d");
    this.painted = false;
    new ResizeObserver(() => this.fit()).observe(this.root);
  }

  fit() {
    const sharp = window.devicePixelRatio || 1;
    this.root.width = Math.round(this.root.clientWidth * sharp);
    this.root.height = Math.round(this.root.clientHeight * sharp);
    // As the drawing below: whole, and in the middle.
    this.scale = Math.min(this.root.width / this.width, this.root.height / this.height);
    this.x = (this.root.width - this.scale * this.width) / 2;
    this.y = (this.root.height - this.scale * this.height) / 2;
    this.colours = null;
  }

  begin() {
    if (!this.scale) this.fit();
    const now = performance.now();
    if (!this.colours || now - this.looked > 500) {
      const css = getComputedStyle(this.root);
      this.colours = { news: css.getPropertyValue("--net"), idle: css.getPropertyValue("--faint"), dead: css.getPropertyValue("--bad") };
      this.looked = now;
    }
    if (this.painted) {
      this.pen.setTransform(1, 0, 0, 1, 0, 0);
      this.pen.clearRect(0, 0, this.root.width, this.root.height);
    }
    this.pen.setTransform(this.scale, 0, 0, this.scale, this.x, this.y);
    this.painted = false;
    this.dead = 0;
  }

  dot(p, news) {
    this.pen.globalAlpha = news ? 1 : 0.75;
    this.pen.fillStyle = news ? this.colours.news : this.colours.idle;
    this.pen.beginPath();
    this.pen.arc(p.x, p.y, news ? 3.2 : 2.5, 0, 7);
    this.pen.fill();
    this.painted = true;
  }

  /** The mark of a datagram that died, at a share of its fading. */
  cross(p, share) {
    const { pen } = this;
    const y = p.y + 7 * share;
    pen.globalAlpha = 1 - share;
    pen.strokeStyle = this.colours.dead;
    pen.lineWidth = 1.8;
    pen.beginPath();
    pen.moveTo(p.x - 3.2, y - 3.2);
    pen.lineTo(p.x + 3.2, y + 3.2);
    pen.moveTo(p.x + 3.2, y - 3.2);
    pen.lineTo(p.x - 3.2, y + 3.2);
    pen.stroke();
    this.painted = true;
    this.dead++;
  }

  end() {
    attr(this.root, "data-dying", this.dead > 0 ? "yes" : "no");
  }
}
