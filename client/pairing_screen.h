// pairing_screen.h: what the two screens of a pairing show, whoever meets: the window with its code, square and link;
// the four words; how far a joiner has come.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/output.h"

namespace google::protobuf {
template <class Element>
class RepeatedPtrField;
}
namespace duolog::control {
class PairEvent_Progress;  // NOLINT(readability-identifier-naming): as protoc spells it
class PairEvent_Window;    // NOLINT(readability-identifier-naming): as protoc spells it
class PairEvent_Wrong;     // NOLINT(readability-identifier-naming): as protoc spells it
}  // namespace duolog::control

namespace duolog::client {

std::string four_words(const google::protobuf::RepeatedPtrField<std::string>& words);  // sanitised

struct WindowWords {
  std::string command;  // what is typed over there, before the code: "duolog pair"
  std::string there;    // "the other computer"
  std::string apart;    // whom the link is for: "for when you are apart"
};
// `visitor`: who was there when it opened, sanitised: they are there no more, and it is emptied.
void print_window(Output& out, std::string& visitor, const control::PairEvent_Window& window, const WindowWords& words);
void print_wrong(Output& out, const control::PairEvent_Wrong& wrong);

// The steps of a joiner up to the other's yes; the others are the verb's.
class JoinSteps {
 public:
  // `waits_for`: who says yes, where the daemon does not know a name.
  void print(Output& out, const control::PairEvent_Progress& progress, const std::string& waits_for, bool verbose);

 private:
  bool looked_ = false;
  bool connecting_ = false;
};

}  // namespace duolog::client
