// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "client/ask.h"
#include "client/form.h"
#include "client/gentle.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::FieldValue;
using control::FormField;

enum class Step { kNext, kBack, kLater };

constexpr std::size_t kIndent = 2;

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\n") == std::string::npos; }

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// Thrown inside only: the person pressed Ctrl-C or Ctrl-D, with this on the line.
struct Stopped {
  std::string unfinished;
};

class Conversation {
 public:
  Conversation(control::AnswerForm& form, const control::RoundReport& round, const Output& out, const Asking& how)
      : form_(form), round_(round), out_(out), how_(how), values_(static_cast<std::size_t>(round.form_size())) {
    for (const auto& value : form.fields()) {
      for (std::size_t i = 0; i < values_.size(); ++i) {
        if (field(i).id() == value.id()) values_[i] = value;
      }
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (!how.only_missing || (!field(i).optional() && !values_[i])) order_.push_back(i);
    }
  }

  Asked ask_all() {
    std::size_t at = std::min(how_.begin, order_.size());
    if (at == order_.size() && at > 0 && !how_.only_missing) {
      say_block("all of it is answered already");
      if (!may_be_sent(at)) return Asked::kLater;
    }
    for (;;) {
      while (at < order_.size()) {
        const auto step = guarded(at);
        if (step == Step::kLater) return Asked::kLater;
        if (step == Step::kNext) ++at;
        if (step == Step::kBack) at = before(at);
        keep(at);
      }
      if (!round_.at_least_one() || form_.fields_size() > 0) return Asked::kWhole;
      say_block("one of them is enough, but one is needed; later stops");
      at = 0;
    }
  }

 private:
  [[nodiscard]] const FormField& field(std::size_t index) const { return round_.form(static_cast<int>(index)); }

  static std::size_t before(std::size_t at) {
    if (at > 0) return at - 1;
    say("this is the first question\n");
    return at;
  }

  void keep(std::size_t next) {
    form_.clear_fields();
    for (const auto& value : values_) {
      if (value) *form_.add_fields() = *value;
    }
    if (how_.keep) how_.keep(form_, next);
  }

  // A resumed form with nothing left to ask: Enter sends it.
  bool may_be_sent(std::size_t& at) {
    const auto typed = ask_text("Enter saves it, < goes back > ");
    const auto word = trimmed(typed.text);
    if (typed.stopped) {
      keep(at);
      throw interrupted("stopped; nothing was saved");
    }
    if (word == "<" || word == "back") --at;
    return word != "later";
  }

  Step guarded(std::size_t at) {
    const auto index = order_[at];
    try {
      return ask_one(at, index);
    } catch (const Stopped& stopped) {
      take_unfinished(index, stopped.unfinished);
      keep(at);
      throw interrupted("stopped; nothing was saved");
    }
  }

  // Of a text that was being typed nothing is thrown away; of a number or a choice it would be no answer.
  void take_unfinished(std::size_t index, const std::string& text) {
    const auto& kind = field(index).kind();
    if (is_blank(text) || utf8_fault(text) != std::string_view::npos) return;
    if (kind != "text" && (kind != "list" || is_ranking(field(index)))) return;
    auto& value = values_[index];
    if (!value) value.emplace().set_id(field(index).id());
    take_answer(*value, field(index), text);
  }

  // ---- one question ----

  void say_block(const std::string& text, std::size_t indent = 0) const { say(paragraph(text, indent, out_.width())); }

  void introduce(std::size_t at, const FormField& field) const {
    auto head = order_.size() > 1 ? fmt::format("{} of {}", at + 1, order_.size()) : std::string();
    if (field.optional()) head += std::string(head.empty() ? "" : " · ") + "may be left out";
    say("\n" + (head.empty() ? "" : out_.style().faint(head) + "\n"));
    for (const auto& line : wrap(sanitise(field.question()), out_.width())) say(out_.style().strong(line) + "\n");
    if (field.kind() == "scale") say_block(scale_text(field), kIndent);
    for (int i = 0; i < field.choices_size(); ++i) {
      say_block(fmt::format("{} {}", i + 1, sanitise_line(label_of(field, field.choices(i)))), kIndent);
    }
    if (is_ranking(field)) say_block("their numbers in order, as 3 1 5 2 4, or one by one", kIndent);
    if (field.kind() == "list" && !is_ranking(field)) say_block(list_help(field), kIndent);
  }

  static std::string scale_text(const FormField& field) {
    const auto low = sanitise_line(field.low_means());
    const auto high = sanitise_line(field.high_means());
    if (low.empty() && high.empty()) return fmt::format("{} to {}", field.low(), field.high());
    return fmt::format("{} {} … {} {}", field.low(), low, field.high(), high);
  }

  static std::string list_help(const FormField& field) {
    const auto least = field.at_least() > 0 ? fmt::format(", at least {}", field.at_least()) : std::string();
    return "one a line" + least + "; an empty line ends";
  }

  void show_so_far(const FormField& field, const FieldValue& value) const {
    std::string text;
    if (value.has_number()) text = std::to_string(value.number());
    if (field.kind() == "choice") text = sanitise_line(label_of(field, value.text()));
    if (field.kind() == "text") text = sanitise(value.text());
    for (int i = 0; i < value.items_size(); ++i) {
      text += fmt::format("{}{}. {}", i == 0 ? "" : "\n", i + 1, sanitise(label_of(field, value.items(i))));
    }
    const bool list = field.kind() == "list" && !is_ranking(field);
    say_block("so far: " + std::string(list || is_ranking(field) ? "\n" : "") + text, kIndent);
    say_block(list ? "(Enter keeps them, - takes the last one away)" : "(Enter keeps it, - takes it away)", kIndent);
  }

  Step ask_one(std::size_t at, std::size_t index) {
    introduce(at, field(index));
    if (values_[index]) show_so_far(field(index), *values_[index]);
    return field(index).kind() == "list" ? ask_list(index) : ask_single(index);
  }

  // ---- what is typed ----

  // nullopt: a line that is no text.
  std::optional<std::string> line_of(const std::string& prompt) const {
    auto typed = ask_text(prompt);
    if (typed.stopped) throw Stopped{typed.text};
    if (utf8_fault(typed.text) == std::string_view::npos) return typed.text;
    say("that line is not UTF-8; once more, please\n");
    return std::nullopt;
  }

  // With the lines that follow one which ends with a backslash.
  std::string whole_text(std::string text) const {
    while (text.ends_with('\\')) {
      text.back() = '\n';
      try {
        const auto more = line_of("  … ");
        text += more.value_or("\\");
      } catch (const Stopped& stopped) {
        throw Stopped{text + stopped.unfinished};
      }
    }
    return text;
  }

  static std::optional<Step> command_in(const std::string& line) {
    const auto word = trimmed(line);
    if (word == "<" || word == "back") return Step::kBack;
    if (word == "later") return Step::kLater;
    return std::nullopt;
  }

  // The text, or what the person wrote instead after a kind word.
  std::string gentle(std::string text) {
    if (round_.gentle().empty() || gentle_said_ || !says_always_or_never(text)) return text;
    gentle_said_ = true;
    say_block(sanitise(round_.gentle()), kIndent);
    try {
      const auto other = line_of("(Enter keeps it, or write it anew) > ");
      return !other || is_blank(*other) ? text : whole_text(*other);
    } catch (const Stopped& stopped) {
      throw Stopped{is_blank(stopped.unfinished) ? text : stopped.unfinished};
    }
  }

  Step ask_single(std::size_t index) {
    const auto& field = this->field(index);
    auto& value = values_[index];
    for (;;) {
      const auto line = line_of("> ");
      if (!line) continue;
      if (const auto command = command_in(*line)) return *command;
      if (is_blank(*line) && (value || field.optional())) return Step::kNext;
      if (trimmed(*line) == "-" && value) {
        value.reset();
        say_block(field.optional() ? "taken away" : "taken away; what shall it be?");
        if (field.optional()) return Step::kNext;
        continue;
      }
      if (is_blank(*line)) {
        say_block("a few words are enough; later stops and keeps what is there");
        continue;
      }
      const bool prose = field.kind() == "text";
      FieldValue taken;
      taken.set_id(field.id());
      const auto wrong = take_answer(taken, field, prose ? gentle(whole_text(*line)) : trimmed(*line));
      if (wrong.empty()) {
        value = taken;
        return Step::kNext;
      }
      say_block(wrong);
    }
  }

  // ---- lists ----

  [[nodiscard]] bool is_full(std::size_t index) const {
    const auto& field = this->field(index);
    const auto& value = values_[index];
    auto most = field.at_most();
    const auto choices = static_cast<std::uint32_t>(field.choices_size());
    if (is_ranking(field) && (most == 0 || most > choices)) most = choices;
    return value && most > 0 && static_cast<std::uint32_t>(value->items_size()) >= most;
  }

  // Enter alone: nullopt where more is needed.
  std::optional<Step> list_ends(std::size_t index) const {
    const auto& field = this->field(index);
    const auto there = values_[index] ? static_cast<std::uint32_t>(values_[index]->items_size()) : 0;
    if (there >= field.at_least() || (there == 0 && field.optional())) return Step::kNext;
    say_block(fmt::format("{} more, please; later stops and keeps what is there", field.at_least() - there));
    return std::nullopt;
  }

  void take_last_away(std::size_t index) {
    auto& value = values_[index];
    if (!value) return;
    if (is_ranking(field(index))) {
      value->clear_items();
    } else {
      value->mutable_items()->RemoveLast();
    }
    if (value->items().empty()) value.reset();
    say("taken away\n");
  }

  void take_item(std::size_t index, const std::string& line) {
    const auto& field = this->field(index);
    auto& value = values_[index];
    FieldValue taken = value.value_or(FieldValue());
    if (is_ranking(field) && is_full(index)) taken.clear_items();  // a new order in the place of the old
    taken.set_id(field.id());
    const auto wrong = take_answer(taken, field, is_ranking(field) ? trimmed(line) : gentle(whole_text(line)));
    if (!wrong.empty()) return say_block(wrong);
    complete_ranking(taken, field);
    value = taken;
    if (is_ranking(field)) say_block("so far: " + order_text(field, taken), kIndent);
  }

  static std::string order_text(const FormField& field, const FieldValue& value) {
    std::string text;
    for (const auto& item : value.items())
      text += (text.empty() ? "" : ", then ") + sanitise_line(label_of(field, item));
    return text;
  }

  Step ask_list(std::size_t index) {
    for (;;) {
      const auto there = values_[index] ? values_[index]->items_size() : 0;
      const auto line = line_of(is_full(index) ? "> " : fmt::format("{}. > ", there + 1));
      if (!line) continue;
      if (const auto command = command_in(*line)) return *command;
      if (trimmed(*line) == "-") {
        take_last_away(index);
      } else if (is_blank(*line)) {
        if (const auto step = list_ends(index)) return *step;
      } else if (is_full(index) && !is_ranking(field(index))) {
        say_block("that is as many as it takes; Enter goes on");
      } else {
        take_item(index, *line);
        if (is_full(index)) return Step::kNext;
      }
    }
  }

  control::AnswerForm& form_;
  const control::RoundReport& round_;
  const Output& out_;
  const Asking& how_;
  std::vector<std::optional<FieldValue>> values_;
  std::vector<std::size_t> order_;  // the questions that are asked
  bool gentle_said_ = false;
};

}  // namespace

Asked ask_form(control::AnswerForm& form, const control::RoundReport& round, const Output& out, const Asking& how) {
  return Conversation(form, round, out, how).ask_all();
}

std::string asking_help(const control::RoundReport& round) {
  const bool several = round.form_size() > 1;
  return std::string("Enter goes on") + (several ? ", < goes back" : "") +
         ", later stops and keeps what is there; a line that ends with \\ goes on in the next one";
}

}  // namespace duolog::client
