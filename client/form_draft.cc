// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_draft.h"

#include <charconv>
#include <exception>
#include <utility>

#include "client/failure.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

// The home and the position, a line each, then the form as the daemon would get it.
std::string written(const std::string& home, std::size_t position, const control::AnswerForm& form) {
  return home + "\n" + std::to_string(position) + "\n" + form.SerializeAsString();
}

struct Read {
  std::string home;
  std::size_t position = 0;
  control::AnswerForm form;
};

std::optional<Read> read(const std::string& text) {
  const auto home_end = text.find('\n');
  if (home_end == std::string::npos) return std::nullopt;
  const auto position_end = text.find('\n', home_end + 1);
  if (position_end == std::string::npos) return std::nullopt;
  Read found{text.substr(0, home_end), 0, {}};
  const auto* digits = text.data() + home_end + 1;
  if (std::from_chars(digits, text.data() + position_end, found.position).ec != std::errc()) return std::nullopt;
  if (!found.form.ParseFromString(text.substr(position_end + 1))) return std::nullopt;
  return found;
}

std::optional<Read> read_from(const Draft& draft) {
  try {
    return read(draft.read());
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<FormDraft> FormDraft::left_behind(const std::string& home, control::AnswerForm& about) {
  for (const auto& file : Draft::left_behind(kFormDraft)) {
    const auto found = read_from(Draft::at(file));
    if (!found || found->home != home || found->form.practice() != about.practice()) continue;
    if (found->form.journal() != about.journal()) continue;
    const auto draft = Draft::taken_up(file);
    if (!draft) continue;
    FormDraft kept(home);
    kept.draft_ = draft;
    kept.position_ = found->position;
    about = found->form;
    return kept;
  }
  return std::nullopt;
}

void FormDraft::sweep(const std::string& home, const std::string& journal) {
  for (const auto& file : Draft::left_behind(kFormDraft)) {
    const auto found = read_from(Draft::at(file));
    if (!found || found->home != home || found->form.journal() != journal) continue;
    if (const auto draft = Draft::taken_up(file)) draft->shred();
  }
}

bool FormDraft::keep(const control::AnswerForm& form, std::size_t position) {
  position_ = position;
  const auto text = written(home_, position, form);
  try {
    if (draft_) return draft_->replace(text);
    draft_ = Draft::make(text, kFormDraft);
    return true;
  } catch (const Failure&) {
    return false;
  }
}

void FormDraft::shred() {
  if (draft_) draft_->shred();
  draft_.reset();
}

}  // namespace duolog::client
