// keepsake_style.h: how the keepsake looks: on a telephone one voice below the other, on a screen and on paper (A5
// unless the printer is told otherwise) side by side. No colour says anything; no font is loaded. A picture keeps its
// place while it comes, and on paper is never more than a page high.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace duolog::client {

inline constexpr std::string_view kKeepsakeStyle = R"css(
:root { color-scheme: light dark; --ink: #1d1b18; --paper: #fdfbf7; --soft: #6b655c; --line: #cfc8bc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e4db; --paper: #1b1a18; --soft: #a49d92; --line: #4a463f; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 0 1.25rem 6rem; background: var(--paper); color: var(--ink);
  font: 1.05rem/1.6 "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "DejaVu Serif", Georgia, serif;
  overflow-wrap: anywhere; -webkit-text-size-adjust: 100%; }
h1, h2, h3 { font-weight: normal; line-height: 1.2; text-wrap: balance; }
.cover { min-height: 60vh; display: flex; flex-direction: column; justify-content: center; text-align: center; }
.cover h1 { font-size: 3rem; margin: 0 0 1rem; unicode-bidi: plaintext; }
.cover .span { margin: 0; color: var(--soft); font-style: italic; font-size: 1.2rem; }
.about { max-width: 34rem; margin: 0 auto 4rem; color: var(--soft); font-size: .95rem; text-align: center; }
.about p { margin: .4rem 0; }
nav, .figures { max-width: 40rem; margin: 0 auto 4rem; }
nav h2, .figures h2 { font-size: 1.5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .25rem .5rem; border-bottom: 1px solid var(--line); font-weight: normal; }
th { color: var(--soft); font-style: italic; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
figure { margin: 0 0 2rem; break-inside: avoid; }
figcaption { font-style: italic; margin-bottom: .25rem; }
svg { display: block; width: 100%; height: auto; font: 11px sans-serif; }
svg text { fill: var(--soft); }
svg .rule { stroke: var(--line); stroke-width: .5; }
svg polyline { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg polyline.theirs { stroke-dasharray: 5 3; }
svg circle.mine { fill: var(--ink); }
svg rect.theirs { fill: var(--paper); stroke: var(--ink); stroke-width: 1.2; }
.numbers { margin: .2rem 0; color: var(--soft); font-size: .8rem; }
.month > h2 { font-size: 2rem; margin: 5rem 0 2rem; text-align: center; }
.day { margin: 0 0 2.5rem; }
.day > h3 { font-size: 1.15rem; font-style: italic; margin: 0 0 .75rem; padding-bottom: .3rem;
  border-bottom: 1px solid var(--line); }
.one, .two { display: grid; gap: 1.5rem; }
.one { max-width: 38rem; margin: 0 auto; }
.voice { min-width: 0; }
.who { margin: 0 0 .5rem; color: var(--soft); font-size: .85rem; letter-spacing: .06em; unicode-bidi: plaintext; }
article { margin: 0 0 1.25rem; unicode-bidi: isolate; }
.meta { margin: 0; color: var(--soft); font-size: .8rem; }
.meta b { font-weight: normal; font-style: italic; color: var(--ink); }
.words { unicode-bidi: isolate; }
.words > :first-child { margin-top: .1rem; }
p { margin: 0 0 .7rem; }
h4, h5, h6 { font-size: 1.05rem; margin: 1rem 0 .4rem; }
blockquote { margin: .7rem 0 .7rem 1rem; font-style: italic; }
pre, code { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .85em; white-space: pre-wrap; }
ul, ol { margin: 0 0 .7rem; padding-inline-start: 1.4rem; }
dl { margin: 0; }
dt { color: var(--soft); font-size: .85rem; font-style: italic; }
dd { margin: 0 0 .5rem; }
dd > p:last-child, li > p { margin-bottom: .2rem; }
hr { border: 0; text-align: center; }
hr::before { content: "*   *   *"; white-space: pre; color: var(--soft); }
.said { margin: .5rem 0 .5rem; padding-inline-start: .9rem; border-inline-start: 2px solid var(--line); font-size: .95rem; }
.said .by { margin: 0; color: var(--soft); font-size: .8rem; }
.picture { margin: .5rem 0 .8rem; }
.picture img { display: block; max-width: 100%; height: auto; max-height: 100vh; object-fit: contain;
  object-position: left top; }
.file { margin: .2rem 0; color: var(--soft); font-size: .85rem; unicode-bidi: plaintext; }
.reaction { margin: .2rem 0; font-size: .85rem; color: var(--soft); }
@media screen and (min-width: 48rem) { .two { grid-template-columns: 1fr 1fr; gap: 2.5rem; } }
@media screen and (max-width: 30rem) { .cover h1 { font-size: 2.2rem; } .month > h2 { margin-top: 3.5rem; } }
@page { size: A5; margin: 17mm 15mm 19mm; @bottom-center { content: counter(page); font: 8pt serif; color: #555; } }
@page :first { @bottom-center { content: none; } }
@media print {
  :root { font-size: 9.5pt; color-scheme: light; --ink: #000; --paper: #fff; --soft: #444; --line: #aaa; }
  body { max-width: none; padding: 0; font-size: 1rem; line-height: 1.42; orphans: 3; widows: 3; background: none; }
  .cover { min-height: 150mm; }
  .month { break-before: page; }
  .about, nav, .figures { margin-bottom: 10mm; }
  nav h2, .figures h2 { break-after: avoid; }
  .cover { break-after: page; }
  .month > h2 { margin: 12mm 0 10mm; font-size: 20pt; break-after: avoid; }
  .day { margin-bottom: 7mm; }
  .day > h3 { break-after: avoid; font-size: 11pt; }
  .who, .meta, dt, .said .by { break-after: avoid; }
  .one { max-width: none; display: block; }
  .two { display: block; }
  .two .voice + .voice { margin-top: 3mm; }
  .picture img { width: auto; max-height: 110mm; }
  tr, figure, .said { break-inside: avoid; }
  a { text-decoration: none; }
}
@media print and (min-width: 100mm) {
  .two { display: grid; grid-template-columns: 1fr 1fr; gap: 7mm; }
  .two .voice + .voice { margin-top: 0; }
}
)css";

}  // namespace duolog::client
