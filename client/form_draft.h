// form_draft.h: what was answered so far of a practice, kept in memory from one answer to the next (draft.h).
//
// It is written after each answer, so that neither Ctrl-C nor a closed window nor a kill takes more than the line that
// was being typed, and Ctrl-C not even that. It belongs to a home, a journal and a practice; of what is asked more than
// once, also to its round.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/draft.h"

namespace duolog::control {
class AnswerForm;
}

namespace duolog::client {

class FormDraft {
 public:
  // The one that was left behind for `about` (its practice and journal), with its answers and period put there.
  // nullopt: there is none, or somebody is answering it in another window.
  static std::optional<FormDraft> left_behind(const std::string& home, control::AnswerForm& about);
  // Those of this home in a journal that is no more.
  static void sweep(const std::string& home, const std::string& journal);
  explicit FormDraft(std::string home) : home_(std::move(home)) {}

  // False: there is no room in memory.
  bool keep(const control::AnswerForm& form, std::size_t position);
  void shred();
  [[nodiscard]] bool is_kept() const { return draft_.has_value(); }
  [[nodiscard]] std::size_t position() const { return position_; }  // of the question it stopped at

 private:
  std::string home_;
  std::optional<Draft> draft_;
  std::size_t position_ = 0;
};

}  // namespace duolog::client
