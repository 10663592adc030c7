// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/show_item.h"

#include <fmt/format.h>

#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kShortId = 8;
constexpr std::size_t kNarrow = 48;     // columns below which text is not moved in under the hour
constexpr std::size_t kTextIndent = 7;  // "21:14  "
constexpr std::size_t kNarrowIndent = 2;

std::size_t indent_of(const Output& out) { return out.width() < kNarrow ? kNarrowIndent : kTextIndent; }

bool is_answer(const control::Item& item) { return item.kind() == "answer"; }

std::string visibility_text(const control::Item& item) {
  if (item.visibility() == "private") return "private";
  if (item.visibility() == "sealed") return "sealed";
  return {};
}

// What stands after the name, in order: each where there is something to say.
std::string remarks(const control::Item& item, const ItemView& view) {
  std::string text;
  auto add = [&text](const std::string& remark) {
    if (!remark.empty()) text += " · " + remark;
  };
  if (is_answer(item)) add(practice_text(item.practice()) + ", " + period_text(item.period()));
  add(visibility_text(item));
  if (item.after_reveal()) add("after the reveal");
  if (view.journal) add("in " + sanitise_line(item.journal()));
  if (!item.on().empty()) add("about " + about(item.on(), item.day_only()));
  for (const auto& tag : item.tags()) add("#" + sanitise_line(tag));
  if (!view.full_id) add(short_id(item.id()));
  return text;
}

std::string head(const control::Item& item, const Output& out, const ItemView& view) {
  const auto clock = clock_of(item.written_at());
  const auto name = sanitise_line(item.author());
  const auto rest = remarks(item, view);
  const auto& style = out.style();
  const auto fresh = item.is_new() ? style.strong(" new") : std::string();
  const auto plain = padded(clock, 5) + "  " + name + (item.is_new() ? " new" : "") + rest;
  if (display_width(plain) <= out.width()) {
    return padded(clock, 5) + "  " + style.person(name) + fresh + style.faint(rest) + "\n";
  }
  // Too long for one line: the name keeps its own, the remarks follow.
  const auto remark_lines = rest.starts_with(" · ") ? rest.substr(std::string_view(" · ").size()) : rest;
  return padded(clock, 5) + "  " + style.person(name) + fresh + "\n" +
         paragraph(remark_lines, indent_of(out), out.width());
}

std::string body(const control::Item& item, const Output& out) {
  const auto indent = indent_of(out);
  if (item.kind() == "unreadable") {
    return paragraph("an entry that cannot be read here; it is kept as it came", indent, out.width());
  }
  if (item.kind() == "newer") {
    return paragraph("something from a newer Duolog; it is kept, and an update shows it", indent, out.width());
  }
  if (!is_answer(item)) return paragraph(sanitise(item.text()), indent, out.width());
  if (item.answer_state() == "wrong key" || item.answer_state() == "garbage") {
    return paragraph("it was opened, but what is in it is not what was sealed; it is kept as it came", indent,
                     out.width());
  }
  if (item.fields_size() > 0) return fields_text(item, indent, out.width());
  if (!item.text().empty()) return paragraph(sanitise(item.text()), indent, out.width());
  return paragraph("sealed: it opens by itself when both of you have answered", indent, out.width());
}

std::string field_value(const control::FieldValue& field) {
  if (field.has_number()) return std::to_string(field.number());
  if (field.items_size() == 0) return sanitise(field.text());
  std::string text;
  for (const auto& item : field.items()) text.append(text.empty() ? "" : "\n").append("- ").append(sanitise(item));
  return text;
}

// Painted line by line, so that no colour runs into an indent.
std::string faint_paragraph(const std::string& text, const Output& out) {
  const auto indent = indent_of(out);
  std::string painted;
  for (const auto& line : wrap(text, out.width() - indent)) {
    painted += std::string(indent, ' ') + out.style().faint(line) + "\n";
  }
  return painted;
}

// Why there is no connection, from the daemon's word for it.
std::string away_text(std::string_view state) {
  if (state == "dialling") return "trying now";
  if (state == "never met") return "not connected since pairing";
  if (state == "no answer") return "no answer";
  return "not connected";
}

}  // namespace

std::string short_id(std::string_view id) { return sanitise_line(id.substr(0, kShortId)); }

std::string practice_text(std::string_view practice) {
  return practice == "checkin" ? "check-in" : sanitise_line(practice);
}

std::string device_text(std::string_view person, std::string_view device) {
  if (device.empty()) return person.empty() ? "the other device" : sanitise_line(person) + "'s device";
  const std::string whose = person.empty() ? "" : sanitise_line(person) + "'s ";
  const std::string name = sanitise_line(device);
  return name.starts_with(whose) ? name : whose + name;  // many a device is called "Bo's laptop"
}

std::string delivery_text(const control::Delivery& delivery, std::string_view day) {
  if (delivery.state() != "delivered") return "here";
  return "on " + device_text(delivery.person(), delivery.device()) + " " + near(delivery.at(), day);
}

std::string peer_state(const control::Peer& peer) {
  const auto day = today();
  std::string text;
  if (peer.connected()) {
    text = "connected";
  } else if (!peer.since().empty()) {
    text = "no answer since " + near(peer.since(), day);
  } else {
    text = away_text(peer.state());
  }
  if (!peer.connected() && peer.since().empty() && !peer.last_seen().empty())
    text += ", last seen " + near(peer.last_seen(), day);
  if (!peer.connected() && !peer.next_try().empty()) text += ", next try " + near(peer.next_try(), day);
  if (!peer.since().empty() && peer.next_try().empty()) text += ", trying now";
  if (peer.version() == "newer") text += ", its Duolog is newer: update this one";
  if (peer.version() == "older") text += ", its Duolog is older: it needs an update";
  if (peer.behind() > 0) text += fmt::format(", {} not there yet", peer.behind());
  if (peer.missing() > 0) text += fmt::format(", {} not here yet", peer.missing());
  if (peer.behind() == 0 && peer.missing() == 0 && peer.connected()) text += ", both hold the same";
  return text;
}

std::string fields_text(const control::Item& item, std::size_t indent, std::size_t width) {
  std::string text;
  for (const auto& field : item.fields()) {
    text += paragraph(sanitise_line(field.id()) + ": " + field_value(field), indent, width);
  }
  return text;
}

std::string item_text(const control::Item& item, const Output& out, const ItemView& view) {
  std::string text = head(item, out, view) + body(item, out);
  if (view.full_id) text += faint_paragraph("id " + sanitise_line(item.id()), out);
  if (!item.has_delivery()) return text;
  return text + faint_paragraph(delivery_text(item.delivery(), day_of(item.written_at())), out);
}

void ItemPage::add(const control::Item& item) {
  const auto day = item.written_at().empty() ? std::string() : day_of(item.written_at());
  if (text_.empty() || day != day_) {
    if (!text_.empty()) text_ += "\n";
    text_ += out_.style().strong(long_day(item.written_at())) + "\n\n";
  } else {
    text_ += "\n";
  }
  day_ = day;
  text_ += item_text(item, out_, view_);
}

}  // namespace duolog::client
