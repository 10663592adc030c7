// sitting.h: one sitting at a practice's questions, with the draft that outlives it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/verbs.h"

namespace duolog::control {
class AnswerForm;
class RoundReport;
class Saved;
}  // namespace duolog::control

namespace duolog::client {

// "duolog checkin", "duolog do sunday-walk"
std::string command_of(const control::RoundReport& round);

class Sitting {
 public:
  Sitting(const Context& context, control::RoundReport round);
  ~Sitting();
  Sitting(const Sitting&) = delete;
  Sitting& operator=(const Sitting&) = delete;

  [[nodiscard]] control::AnswerForm& form();
  [[nodiscard]] const control::RoundReport& round() const;

  // What was begun earlier, if the person wants it.
  void resume();
  // What was answered in this round before stays as it was, where the form has nothing else now. True: there was some.
  bool take_over_earlier();

  // nullopt: later.
  std::optional<control::Saved> ask_and_save(bool only_missing);
  control::Saved saved();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::client
