// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/show_item.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "client/attached.h"
#include "client/delivery.h"
#include "client/file_name.h"
#include "client/layout.h"
#include "client/manners.h"
#include "client/moment.h"
#include "client/reply_manner.h"
#include "client/sanitise.h"
#include "client/snippet.h"
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

// A letter whose moment has not come.
bool waits_for_its_day(const control::Item& item) { return lies_ahead(item.opens_at()) && !item.opened_early(); }

// One that its day has come for, and that nobody has read here.
bool may_be_read_now(const control::Item& item) {
  return item.is_new() && !item.mine() && !item.text().empty() && !waits_for_its_day(item);
}

std::string letter_text(const control::Item& item) {
  if (may_be_read_now(item)) {
    return "a letter to you, written " + about(item.written_at(), true) + "; it may be read now";
  }
  if (!item.mine()) return "a letter to you";
  const auto& person = item.delivery().person();
  return person.empty() ? "a letter" : "a letter to " + sanitise_line(person);
}

std::string opening_text(const control::Item& item) {
  if (item.opens_at().empty() || (may_be_read_now(item) && !item.opened_early())) return {};
  if (item.opened_early()) return "opened early";
  return (waits_for_its_day(item) ? "opens " : "opened ") + day_and_hour(item.opens_at());
}

std::string remark_text(const control::Item& item) {
  const auto done = manner_text(item.manner());
  return "reply to " + short_id(item.to()) + (done.empty() ? "" : ": " + done);
}

// Where it stands; of what waits for nothing in particular, nothing.
std::string standing_text(const control::Item& item) {
  if (item.state() != "open") return state_text(item.state());
  const auto& practice = item.practice();
  if (practice == "promise" || practice == "plan" || practice == "talk") return "open";
  return practice == "need" || practice == "repair" || practice == "prompt" ? "not answered yet" : "";
}

// A day's practice need not say again on which day.
std::string occasion_text(const control::Item& item) {
  const auto name = practice_text(item.practice(), item.title());
  const bool same_day = !item.written_at().empty() &&
                        item.period().substr(0, std::string_view("2026-11-22").size()) == day_of(item.written_at());
  return item.period().empty() || same_day ? name : name + ", " + period_text(item.period());
}

// What stands after the name, in order: each where there is something to say.
std::string remarks(const control::Item& item, const ItemView& view) {
  std::string text;
  auto add = [&text](const std::string& remark) {
    if (!remark.empty()) text += " · " + remark;
  };
  if (is_answer(item)) add(occasion_text(item));
  if (item.kind() == "letter") add(letter_text(item));
  if (item.kind() == "remark") add(remark_text(item));
  add(opening_text(item));
  add(standing_text(item));
  if (item.kind() != "letter") add(visibility_text(item));
  if (item.between_us()) add("between us");
  if (item.mood() > 0) add(fmt::format("mood {} of 5", item.mood()));
  if (!item.edited_at().empty()) add("edited " + about(item.edited_at(), false));
  if (item.after_reveal()) add("after the reveal");
  if (item.from_removed_device()) add("written on a device that has been removed");
  if (view.journal) add("in " + sanitise_line(item.journal()));
  if (!item.on().empty()) add("about " + about(item.on(), item.day_only()));
  if (!item.first_written().empty() && day_of(item.first_written()) != day_of(item.written_at()))
    add("first written " + day_of(item.first_written()));
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

// What a reply is about, so that it can be understood by itself.
std::string quote_text(const control::Item& item, const Output& out) {
  if (item.kind() != "remark" || item.quote().empty()) return {};
  const auto whose = item.quote_mine() ? std::string("yours")
                     : item.mine()     ? std::string("theirs")
                                       : sanitise_line(item.author()) + "'s";
  const auto indent = indent_of(out);
  const auto room = out.width() - indent;
  return std::string(indent, ' ') +
         out.style().faint(one_line("on " + whose + ": '" + sanitise_line(item.quote()), room - 1) + "'") + "\n";
}

std::string letter_body(const control::Item& item, const Output& out, const ItemView& view) {
  const auto indent = indent_of(out);
  const bool waits = waits_for_its_day(item);
  if (item.mine() && waits && !view.whole) {
    return paragraph("duolog show " + short_id(item.id()) + " shows what you wrote", indent, out.width());
  }
  if (!item.text().empty()) return paragraph(sanitise(item.text()), indent, out.width());
  return paragraph(waits ? "sealed until " + long_day_and_hour(item.opens_at())
                         : std::string("sealed; it opens as soon as your devices meet"),
                   indent, out.width());
}

std::string field_value(const control::FieldValue& field) {
  if (field.has_number()) return std::to_string(field.number());
  const bool labelled = field.labels_size() > 0;
  if (field.items_size() == 0) return labelled ? sanitise_line(field.labels(0)) : sanitise(field.text());
  std::string text;
  int place = 0;
  for (const auto& item : labelled ? field.labels() : field.items()) {
    text +=
        (text.empty() ? "" : "\n") + (labelled ? std::to_string(++place) + ". " : std::string("- ")) + sanitise(item);
  }
  return text;
}

// Two of a person's devices edited without knowing of each other: nothing of it is lost, and one edit settles it.
std::string versions_body(const control::Item& item, const Output& out) {
  const auto indent = indent_of(out);
  std::string text;
  for (const auto& version : item.versions()) {
    const auto where = version.device().empty() ? std::string() : " on " + sanitise_line(version.device());
    text += paragraph("as written" + where + ", " + about(version.written_at(), false) + ":", indent, out.width()) +
            paragraph(version.left_out() ? "too long to stand here: duolog history " + short_id(item.id()) + " shows it"
                                         : sanitise(version.text()),
                      indent, out.width());
  }
  if (!item.mine()) return text;
  return text + paragraph("duolog edit " + short_id(item.id()) + " makes one of them", indent, out.width());
}

std::string body(const control::Item& item, const Output& out, const ItemView& view) {
  const auto indent = indent_of(out);
  if (item.kind() == "unreadable") {
    return paragraph("an entry that cannot be read here; it is kept as it came", indent, out.width());
  }
  if (item.kind() == "newer") {
    return paragraph("something from a newer Duolog; it is kept, and an update shows it", indent, out.width());
  }
  if (item.kind() == "taken back") {
    return paragraph("taken back by " + (item.mine() ? std::string("you") : sanitise_line(item.author())) + ", " +
                         about(item.taken_back_at(), false),
                     indent, out.width());
  }
  if (item.versions_size() > 1) return versions_body(item, out);
  if (item.kind() == "letter") return letter_body(item, out, view);
  if (item.kind() == "remark" && item.text().empty()) return {};      // its manner has said it
  if (item.attachments_size() > 0 && item.text().empty()) return {};  // what is attached says it
  if (!is_answer(item)) return paragraph(sanitise(item.text()), indent, out.width());
  if (item.answer_state() == "wrong key" || item.answer_state() == "garbage") {
    return paragraph("it was opened, but what is in it is not what was sealed; it is kept as it came", indent,
                     out.width());
  }
  // Whoever leaves a question for the other says themselves what is asked.
  const bool asked = view.asked || (item.practice() == "prompt" && item.fields_size() == 1);
  if (item.fields_size() > 0 && asked) return paragraph(field_value(item.fields(0)), indent, out.width());
  if (item.fields_size() > 0) return fields_text(item, indent, out.width());
  if (!item.text().empty()) return paragraph(sanitise(item.text()), indent, out.width());
  return paragraph("sealed: it opens by itself when both of you have answered", indent, out.width());
}

std::string reactions_text(const control::Item& item) {
  std::string text;
  for (const auto& reaction : item.reactions()) {
    text += (text.empty() ? "" : ", ") + sanitise_line(reaction.emoji()) + " " +
            (reaction.mine() ? std::string("you") : sanitise_line(reaction.person()));
  }
  return text;
}

// What was said about it: "Bo names a limit: …".
std::string said_text(const control::Item& item, const Output& out) {
  std::string text;
  for (const auto& remark : item.remarks()) {
    const auto done = manner_text(remark.manner());
    const auto line = sanitise_line(remark.author()) + (done.empty() ? "" : " " + done) + " (" + short_id(remark.id()) +
                      ")" + (remark.text().empty() ? "" : ": " + sanitise(remark.text()));
    text += paragraph(line, indent_of(out), out.width());
  }
  return text;
}

std::string attachments_text(const control::Item& item, const Output& out) {
  std::string text;
  const bool several = item.attachments_size() > 1;
  for (int i = 0; i < item.attachments_size(); ++i) {
    const auto number = several ? std::to_string(i + 1) + ": " : std::string();
    text += paragraph("attached " + number + attachment_text(item.attachments(i)), indent_of(out), out.width());
  }
  return text;
}

std::string may_text(const control::Item& item, const Output& out) {
  std::string text;
  if (item.may().empty() || is_sealed_still(item)) return text;
  for (const auto& manner : offered_by(item)) {
    const auto option = option_of(manner, item);
    text += paragraph("duolog reply " + short_id(item.id()) + (option.empty() ? "" : " " + option) + ": " +
                          sanitise_line(manner.label()),
                      2, out.width());
  }
  return text.empty() ? text : "\nwhat you can do with it\n" + text;
}

// "By which day? (YYYY-MM-DD)" was a help when it was asked.
std::string without_hint(const std::string& label) {
  const auto hint = label.rfind(" (");
  return hint != std::string::npos && hint > 0 && label.ends_with(')') ? label.substr(0, hint) : label;
}

// A list, and what follows a long question, begins on a line of its own; a question needs no colon.
std::string labelled_text(const std::string& whole, const control::FieldValue& field) {
  constexpr std::size_t kShortQuestion = 36;
  const auto label = without_hint(whole);
  const bool below = field.items_size() > 0 || display_width(label) > kShortQuestion;
  return with_colon(label) + (below ? "\n" : " ") + field_value(field);
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

}  // namespace

std::string attachment_text(const control::Attachment& attachment) {
  auto text = sanitise_line(attachment.name()) + " · " + size_text(attachment.size());
  if (is_here(attachment)) return text;
  if (attachment.held() == 0) return text + " · not here yet";
  return text + " · " + size_text(attachment.held()) + " of it here";
}

std::string short_id(std::string_view id) { return sanitise_line(id.substr(0, kShortId)); }

std::string practice_text(std::string_view practice, std::string_view title) {
  constexpr std::array<std::pair<std::string_view, const char*>, 14> kNames = {{
      {"checkin", "check-in"},
      {"question", "question of the day"},
      {"reflect", "reflection"},
      {"mood", "mood"},
      {"appreciate", "appreciations"},
      {"prompt", "a question for the other"},
      {"languages", "ways of showing care"},
      {"closeness", "a look at closeness"},
      {"gesture", "a kind gesture"},
      {"need", "a need"},
      {"promise", "a promise"},
      {"repair", "repair"},
      {"plan", "time together"},
      {"talk", "I'd like to talk"},
  }};
  for (const auto& [id, name] : kNames) {
    if (id == practice) return name;
  }
  // In the middle of a line a title needs no full stop.
  return without_end_mark(sanitise_line(title.empty() ? practice : title));
}

bool is_sealed_still(const control::Item& item) {
  if (item.kind() == "letter") return waits_for_its_day(item) || (!item.mine() && item.text().empty());
  return item.answer_state() == "sealed";
}

std::string headline(const control::Item& item) {
  if (!item.text().empty()) return sanitise_line(item.text());
  for (const auto& field : item.fields()) {
    if (field.labels_size() > 0) continue;  // what was chosen says little by itself
    if (!field.text().empty()) return sanitise_line(field.text());
    if (field.items_size() > 0) return sanitise_line(field.items(0));
  }
  if (item.attachments_size() > 0) return sanitise_line(item.attachments(0).name());
  return practice_text(item.practice(), item.title());
}

std::string fields_text(const control::Item& item, std::size_t indent, std::size_t width) {
  std::string text;
  const bool labelled = item.labels_size() == item.fields_size();
  for (int i = 0; i < item.fields_size(); ++i) {
    const auto& label = labelled && !item.labels(i).empty() ? item.labels(i) : item.fields(i).id();
    text += paragraph(labelled_text(sanitise_line(label), item.fields(i)), indent, width);
  }
  return text;
}

std::string item_text(const control::Item& item, const Output& out, const ItemView& view) {
  if (item.has_snippet()) {  // it was found: where it has arrived and what was said about it is another question
    return head(item, out, view) + quote_text(item, out) +
           snippet_text(item.snippet(), indent_of(out), out.width(), out.style());
  }
  std::string text =
      head(item, out, view) + quote_text(item, out) + body(item, out, view) + attachments_text(item, out);
  if (view.full_id) text += faint_paragraph("id " + sanitise_line(item.id()), out);
  if (item.reactions_size() > 0) text += paragraph(reactions_text(item), indent_of(out), out.width());
  text += said_text(item, out);
  if (item.remarks().empty() && item.remark_count() > 0) {
    text += faint_paragraph((item.remark_count() == 1 ? "a reply" : fmt::format("{} replies", item.remark_count())) +
                                std::string(": duolog show ") + short_id(item.id()),
                            out);
  }
  if (item.has_delivery()) text += faint_paragraph(delivery_text(item.delivery(), day_of(item.written_at())), out);
  return view.whole ? text + may_text(item, out) : text;
}

void ItemPage::add(const control::Item& item) {
  if (std::exchange(begun_, true)) text_ += "\n";
  const auto day = item.written_at().empty() ? day_ : day_of(item.written_at());
  if (day != day_) text_ += out_.style().strong(long_day(item.written_at())) + "\n\n";
  day_ = day;
  text_ += item_text(item, out_, view_);
}

}  // namespace duolog::client
