// attached_folder.h: what is attached to the entries of one day, as files beside what says so: a day's own file in
// Markdown, the whole journal in JSON. attachments/YYYY-MM-DD/NAME. A name there is safe_file_name()'s, whatever its
// author calls it; none leaves the folder.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "client/export/attachments.h"

namespace duolog::client {

class AttachedFolder {
 public:
  // `beside`: the folder of the day's file, which is there and is nobody else's. Nothing is made before it is needed.
  AttachedFolder(std::filesystem::path beside, std::string day, Attachments& attachments)
      : beside_(std::move(beside)), day_(std::move(day)), attachments_(attachments) {}

  // One of item.attachments(), copied. Throws Failure.
  struct Copied {
    std::string place;  // below `beside`; empty: it is not there
    std::string named;  // what to call it then
    bool picture = false;
  };
  Copied copy(const control::Item& item, int at);
  // Copies what came with the item, and returns what stands under it, in Markdown: pictures, links, and the names of
  // what is not in the folder. Throws Failure.
  std::string add(const control::Item& item);

 private:
  [[nodiscard]] bool is_taken(const std::string& name) const;
  std::string free_name(const std::string& wanted);

  std::filesystem::path beside_;
  std::string day_;
  Attachments& attachments_;
  // Names in small letters: those that are there, and the last number behind each that was wanted.
  std::set<std::string> taken_;
  std::map<std::string, unsigned> numbers_;
};

}  // namespace duolog::client
