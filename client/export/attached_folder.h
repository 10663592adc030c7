// attached_folder.h: what is attached to the entries of one day of a Markdown export, as files beside the day's own:
// attachments/YYYY-MM-DD/NAME. A name there is safe_file_name()'s, whatever its author calls it; none leaves the
// folder.
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

  // Copies what came with the item, and returns what stands under it, in Markdown: pictures, links, and the names of
  // what is not in the folder. Throws Failure.
  std::string add(const control::Item& item);

 private:
  [[nodiscard]] bool is_taken(const std::string& name) const;
  std::string free_name(const std::string& wanted);
  std::string copy(const control::Item& item, int at);

  std::filesystem::path beside_;
  std::string day_;
  Attachments& attachments_;
  // Names in small letters: those that are there, and the last number behind each that was wanted.
  std::set<std::string> taken_;
  std::map<std::string, unsigned> numbers_;
};

}  // namespace duolog::client
