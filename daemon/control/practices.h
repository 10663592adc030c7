// practices.h: requests about practices, and about what two people say to and settle with each other.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/journal/shelf.h"

namespace duolog::control {

class Reply;
class Request;

// Answers the request where it is one of these, by any number of replies, and `done` once; false: it is none of them.
// `done` is given the last reply, or nothing where the replies before have said all. Throws as the shelf does.
struct Answering {
  std::function<void(Reply)> send;
  std::function<void(Reply)> finish;
  std::function<void()> done;
  // Replies of any number: each step sends one, once the last ones are read; false: that was all of it.
  std::function<void(std::function<bool()>)> in_steps;
  // What takes long, a turn after the other until one says false; others are let in between. The first is at once. The
  // answer comes from the last.
  std::function<void(std::function<bool()>)> in_turns;
};
bool answer_practices(journal::Shelf& shelf, const Request& request, const Answering& answers);

}  // namespace duolog::control
