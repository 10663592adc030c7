// show_item.h: an entry or an answer as people read it. Everything foreign in it is sanitised here.
//
//     21:14  Ada · private · #lake · 3fa9c2d1
//            we walked to the lake and back
//            on Bo's laptop 21:14
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "client/output.h"

namespace duolog::control {
class Attachment;
class Item;
}  // namespace duolog::control

namespace duolog::client {

struct ItemView {
  bool journal = false;  // name it: there are several
  bool full_id = false;
  bool whole = false;  // also one's own letters, and what can be done with it
  bool asked = false;  // what was asked stands above it already
};

std::string item_text(const control::Item& item, const Output& out, const ItemView& view);
// Under headings of days, in the order given. What has no time (it was taken back) stands with what comes before it.
class ItemPage {
 public:
  ItemPage(const Output& out, ItemView view) : out_(out), view_(view) {}
  void add(const control::Item& item);
  [[nodiscard]] const std::string& text() const { return text_; }
  std::string take() { return std::exchange(text_, {}); }  // so far; what is added goes on behind it

 private:
  const Output& out_;
  ItemView view_;
  bool begun_ = false;
  std::string day_;
  std::string text_;
};

// "photo.jpg · 3.1 MiB", and what of it is not here yet.
std::string attachment_text(const control::Attachment& attachment);
std::string short_id(std::string_view id);
// A practice's name from its id: "check-in"; of one that is the two's own, its title where it is known.
std::string practice_text(std::string_view practice, std::string_view title = {});
// What stands first in it, on one line: the first text of its fields, or its own.
std::string headline(const control::Item& item);
// A letter whose day has not come, also one's own; an answer that nobody may read yet.
bool is_sealed_still(const control::Item& item);
// The fields of an answer, indented.
std::string fields_text(const control::Item& item, std::size_t indent, std::size_t width);

}  // namespace duolog::client
