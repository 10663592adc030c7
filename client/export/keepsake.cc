// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/keepsake.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/export/collect.h"
#include "client/export/drawing.h"
#include "client/export/html_text.h"
#include "client/export/keepsake_style.h"
#include "client/manners.h"
#include "client/moment.h"
#include "client/show_item.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using Pieces = std::span<const Days::Piece>;
using Write = std::function<void(std::string_view)>;

// The run of pieces at the front for which `key` is the same.
template <class Key>
Pieces run_of(Pieces pieces, Key&& key) {
  std::size_t end = 1;
  while (end < pieces.size() && key(pieces[end]) == key(pieces[0])) ++end;
  return pieces.first(end);
}

// "Sunday 22 November", as a book has it.
std::string capital(std::string text) {
  bool begins = true;
  for (char& letter : text) {
    if (begins && letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    begins = letter == ' ';
  }
  return text;
}

// ---- one piece of writing ----

std::string meta(const control::Item& item) {
  std::string out;
  const auto add = [&out](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : " · ") + text;
  };
  const bool whole_day = !item.on().empty() && item.day_only();
  if (!whole_day) add("<time>" + html_escape(clock_of(item.on().empty() ? item.written_at() : item.on())) + "</time>");
  if (item.kind() == "answer") {
    auto name = practice_text(item.practice(), item.title());
    if (!item.period().empty() && period_text(item.period()) != day_of(item.period()))
      name += ", " + period_text(item.period());
    add("<b>" + html_escape(name) + "</b>");
  }
  if (item.kind() == "letter")
    add("<b>a letter</b>, written to be opened on " + html_escape(long_day(item.opens_at())));
  if (item.mood() > 0) add(fmt::format("mood {} of 5", item.mood()));
  if (item.between_us()) add("between us");
  for (const auto& tag : item.tags()) add("#" + html_escape(tag));
  return out;
}

std::string value_of(const control::FieldValue& field) {
  if (field.has_number()) return "<p>" + std::to_string(field.number()) + "</p>\n";
  if (field.items_size() == 0) return html_of_markdown(field.labels_size() == 1 ? field.labels(0) : field.text());
  std::string out = "<ul>\n";
  const bool labelled = field.labels_size() == field.items_size();  // how a choice reads
  for (int i = 0; i < field.items_size(); ++i)
    out += "<li>" + html_of_markdown(labelled ? field.labels(i) : field.items(i)) + "</li>\n";
  return out + "</ul>\n";
}

std::string fields_of(const control::Item& item) {
  std::string out = "<dl>\n";
  const bool labelled = item.labels_size() == item.fields_size();
  for (int i = 0; i < item.fields_size(); ++i) {
    const auto& label = labelled && !item.labels(i).empty() ? item.labels(i) : item.fields(i).id();
    out += "<dt>" + html_escape(label) + "</dt><dd>" + value_of(item.fields(i)) + "</dd>\n";
  }
  return out + "</dl>\n";
}

std::string said(const control::Item& remark) {
  const auto done = manner_text(remark.manner());
  const auto name = html_escape(remark.author() + (done.empty() ? "" : " " + done));
  return "<div class=\"said\" dir=\"auto\"><p class=\"by\">" + name + " · " + html_escape(day_of(remark.written_at())) +
         "</p>\n" + html_of_markdown(remark.text()) + "</div>\n";
}

void write_piece(const control::Item& item, Days& days, Pictures& pictures, const Write& write) {
  std::string out = "<article>\n";
  if (const auto line = meta(item); !line.empty()) out += "<p class=\"meta\">" + line + "</p>\n";
  if (item.kind() == "remark") {
    out += said(item);
  } else if (item.fields_size() > 0 || !item.text().empty() || item.attachments_size() == 0) {
    out += "<div class=\"words\" dir=\"auto\">\n" +
           (item.fields_size() > 0 ? fields_of(item) : html_of_markdown(whole_text(item))) + "</div>\n";
  }
  write(out);
  pictures.write_under(item, write);
  out.clear();
  for (const auto& reaction : item.reactions())
    out += "<p class=\"reaction\">" + html_escape(reaction.emoji()) + " " + html_escape(reaction.person()) + "</p>\n";
  for (const auto& remark : days.said_about(item)) out += said(remark);
  write(out + "</article>\n");
}

// ---- days and months ----

void write_voice(Pieces pieces, std::uint32_t author, Days& days, Pictures& pictures, const Write& write) {
  write("<div class=\"voice\">\n<p class=\"who\">" + html_escape(days.authors()[author]) + "</p>\n");
  for (const auto& piece : pieces)
    if (piece.author == author) write_piece(days.read(piece), days, pictures, write);
  write("</div>\n");
}

void write_day(Pieces pieces, Days& days, Pictures& pictures, const Write& write) {
  const auto writes = [pieces](std::uint32_t author) {
    return std::ranges::any_of(pieces, [author](const auto& piece) { return piece.author == author; });
  };
  std::vector<std::uint32_t> voices;
  for (const bool mine : {true, false})
    for (std::uint32_t author = 0; author < days.authors().size(); ++author)
      if (days.is_mine(author) == mine && writes(author)) voices.push_back(author);
  write("<section class=\"day\">\n<h3>" + capital(day_title(pieces.front().day)) + "</h3>\n");
  write(voices.size() > 1 ? "<div class=\"two\">\n" : "<div class=\"one\">\n");
  for (const auto author : voices) write_voice(pieces, author, days, pictures, write);
  write("</div>\n</section>\n");
}

void write_months(Pieces pieces, Days& days, Pictures& pictures, const Write& write) {
  while (!pieces.empty()) {
    const auto month = run_of(pieces, [](const auto& piece) { return month_of(piece.day); });
    write("<section class=\"month\" id=\"m" + month_name(month.front().day) + "\">\n<h2>" +
          capital(month_title(month.front().day)) + "</h2>\n");
    for (Pieces rest = month; !rest.empty();) {
      const auto day = run_of(rest, [](const auto& piece) { return piece.day; });
      write_day(day, days, pictures, write);
      rest = rest.subspan(day.size());
    }
    write("</section>\n");
    pieces = pieces.subspan(month.size());
  }
}

// How much each wrote, month by month: also the way to get there.
void write_contents(Pieces pieces, const Days& days, const Write& write) {
  write("<nav>\n<h2>The months</h2>\n<table>\n<thead><tr><th></th>");
  for (const auto& author : days.authors()) write("<th>" + html_escape(author) + "</th>");
  write("</tr></thead>\n<tbody>\n");
  while (!pieces.empty()) {
    const auto month = run_of(pieces, [](const auto& piece) { return month_of(piece.day); });
    write("<tr><td><a href=\"#m" + month_name(month.front().day) + "\">" + capital(month_title(month.front().day)) +
          "</a></td>");
    for (std::uint32_t author = 0; author < days.authors().size(); ++author) {
      const auto count = std::ranges::count_if(month, [author](const auto& piece) { return piece.author == author; });
      write("<td>" + (count > 0 ? std::to_string(count) : std::string("–")) + "</td>");
    }
    write("</tr>\n");
    pieces = pieces.subspan(month.size());
  }
  write("</tbody>\n</table>\n</nav>\n");
}

// What a browser may do with the page. A page that lies in a folder is of nobody's origin: "file:" is what lies beside
// it.
void write_head(const std::string& title, Form form, const Write& write) {
  const std::string pictures = form == Form::kOneFile ? "data:" : "'self' file:";
  write(
      "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src " +
      pictures +
      "; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>" +
      title + "</title>\n<style>\n");
  write(kKeepsakeStyle);
  write("</style>\n</head>\n");
}

}  // namespace

void write_keepsake(const Book& book, std::span<const control::Series> series, Days& days, Pictures& pictures,
                    const Write& write) {
  const Pieces pieces = days.pieces();
  const auto title = html_escape(book.title);
  write_head(title, pictures.form(), write);
  write("<body>\n<header class=\"cover\">\n<h1>" + title + "</h1>\n");
  if (!pieces.empty()) {
    const auto first = capital(month_title(pieces.front().day));
    const auto last = capital(month_title(pieces.back().day));
    write("<p class=\"span\">" + (first == last ? first : first + " – " + last) + "</p>\n");
  }
  write("</header>\n<section class=\"about\">\n");
  for (const auto& sentence : book.about) write("<p>" + html_escape(sentence) + "</p>\n");
  write("</section>\n");
  if (!pieces.empty()) write_contents(pieces, days, write);
  if (const auto figures = drawings(series); !figures.empty())
    write("<section class=\"figures\">\n<h2>In numbers</h2>\n" + figures + "</section>\n");
  write("<main>\n");
  write_months(pieces, days, pictures, write);
  write("</main>\n</body>\n</html>\n");
}

}  // namespace duolog::client
