// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_ask.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "client/ask.h"
#include "client/form.h"
#include "client/form_text.h"
#include "client/form_typing.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::FieldValue;
using control::FormField;

constexpr std::size_t kIndent = 2;

class Conversation {
 public:
  Conversation(control::AnswerForm& form, const control::RoundReport& round, const Output& out, const Asking& how)
      : form_(form),
        round_(round),
        out_(out),
        how_(how),
        typing_(round, out),
        values_(static_cast<std::size_t>(round.form_size())) {
    for (const auto& value : form.fields()) {
      for (std::size_t i = 0; i < values_.size(); ++i) {
        if (field(i).id() == value.id()) values_[i] = value;
      }
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (!how.only_missing || (!field(i).optional() && !values_[i])) order_.push_back(i);
    }
    looks_ = how.last_look && order_.size() > 1;
  }

  Asked ask_all() {
    std::size_t at = std::min(how_.begin, order_.size());
    if (at == order_.size() && at > 0 && !how_.only_missing) {
      say_block("all of it is answered already");
      looks_ = true;
    }
    for (;;) {
      while (at < order_.size()) {
        const auto step = guarded(at);
        at = step == Step::kNext ? after(at) : step == Step::kBack ? before(at) : at;
        keep(at);
        if (step == Step::kLater) return Asked::kLater;
      }
      if (round_.at_least_one() && form_.fields_size() == 0) {
        say_block("one of them is enough, but one is needed; later stops");
        at = 0;
        continue;
      }
      const auto step = looks_ ? last_look(at) : Step::kNext;
      if (step != Step::kBack) return step == Step::kNext ? Asked::kWhole : Asked::kLater;
    }
  }

 private:
  [[nodiscard]] const FormField& field(std::size_t index) const { return round_.form(static_cast<int>(index)); }

  std::size_t after(std::size_t at) { return std::exchange(only_this_one_, false) ? order_.size() : at + 1; }
  std::size_t before(std::size_t at) {
    only_this_one_ = false;
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

  // All of it once more, before it is saved. kBack: `at` is the question to go back to.
  Step last_look(std::size_t& at) {
    order_.clear();  // what was given along may be changed here, too
    for (std::size_t i = 0; i < values_.size(); ++i) order_.push_back(i);
    keep(order_.size());
    say("\n" + out_.style().strong("before it is saved") + "\n" + answers_text(form_, round_, out_.width(), true));
    for (;;) {
      const auto typed = ask_text("Enter saves it, < or a number goes back, later keeps it > ");
      if (typed.stopped) throw interrupted("stopped; nothing was saved");
      const auto word = trimmed(typed.text);
      if (word.empty()) return Step::kNext;
      if (const auto command = command_in(word)) {
        at = order_.size() - 1;
        return *command;
      }
      std::size_t number = 0;
      const auto [end, trouble] = std::from_chars(word.data(), word.data() + word.size(), number);
      if (trouble == std::errc() && end == word.data() + word.size() && number >= 1 && number <= order_.size()) {
        at = number - 1;
        only_this_one_ = true;
        return Step::kBack;
      }
      say_block(fmt::format("Enter, <, later, or a number from 1 to {}, please", order_.size()));
    }
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

  void say_block(const std::string& text, std::size_t indent = 0) const { say(paragraph(text, indent, out_.width())); }

  Step ask_one(std::size_t at, std::size_t index) {
    say(question_block(field(index), at, order_.size(), out_));
    if (values_[index]) say(so_far_text(field(index), *values_[index], out_.width()));
    return field(index).kind() == "list" ? ask_list(index) : ask_single(index);
  }

  // nullopt: it must be answered.
  std::optional<Step> take_away(std::size_t index) {
    values_[index].reset();
    const bool optional = field(index).optional();
    say_block(optional ? "taken away" : "taken away; what shall it be?");
    return optional ? std::optional(Step::kNext) : std::nullopt;
  }

  // nullopt: what was typed does not fit.
  std::optional<Step> take_single(std::size_t index, const std::string& line) {
    const auto& field = this->field(index);
    const auto worded = field.kind() == "text" ? typing_.gentle(typing_.whole_text(line)) : Worded{trimmed(line)};
    if (worded.taken_away) return take_away(index);
    FieldValue taken;
    taken.set_id(field.id());
    const auto wrong = take_answer(taken, field, worded.text);
    if (wrong.empty()) {
      values_[index] = taken;
      return worded.then;
    }
    say_block(wrong);
    return std::nullopt;
  }

  Step ask_single(std::size_t index) {
    for (;;) {
      const bool there = values_[index].has_value();
      const auto line = typing_.line_of("> ");
      if (!line) continue;
      if (const auto command = command_in(*line)) return *command;
      if (is_blank(*line) && (there || field(index).optional())) return Step::kNext;
      std::optional<Step> step;
      if (is_blank(*line)) {
        say_block("a few words are enough; later stops and keeps what is there");
      } else if (trimmed(*line) == "-" && there) {
        step = take_away(index);
      } else {
        step = take_single(index, *line);
      }
      if (step) return *step;
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

  Step take_item(std::size_t index, const std::string& line) {
    const auto& field = this->field(index);
    auto& value = values_[index];
    FieldValue taken = value.value_or(FieldValue());
    if (is_ranking(field) && is_full(index)) taken.clear_items();  // a new order in the place of the old
    taken.set_id(field.id());
    const auto worded = is_ranking(field) ? Worded{trimmed(line)} : typing_.gentle(typing_.whole_text(line));
    if (worded.taken_away) return Step::kNext;
    const auto wrong = take_answer(taken, field, worded.text);
    if (!wrong.empty()) {
      say_block(wrong);
      return Step::kNext;
    }
    complete_ranking(taken, field);
    value = taken;
    if (is_ranking(field)) say_block("so far: " + order_text(field, taken), kIndent);
    return worded.then;
  }

  Step ask_list(std::size_t index) {
    for (;;) {
      const auto there = values_[index] ? values_[index]->items_size() : 0;
      const auto line = typing_.line_of(is_full(index) ? "> " : fmt::format("{}. > ", there + 1));
      if (!line) continue;
      if (const auto command = command_in(*line)) return *command;
      if (trimmed(*line) == "-") {
        take_last_away(index);
      } else if (is_blank(*line)) {
        if (const auto step = list_ends(index)) return *step;
      } else if (is_full(index) && !is_ranking(field(index))) {
        say_block("that is as many as it takes; Enter goes on");
      } else {
        if (const auto step = take_item(index, *line); step != Step::kNext) return step;
        if (is_full(index)) return Step::kNext;
      }
    }
  }

  control::AnswerForm& form_;
  const control::RoundReport& round_;
  const Output& out_;
  const Asking& how_;
  Typing typing_;
  std::vector<std::optional<FieldValue>> values_;
  std::vector<std::size_t> order_;  // the questions that are asked
  bool looks_ = false;              // at all of it, before it is saved
  bool only_this_one_ = false;      // is asked again, and then comes the last look
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
