// markdown_media.h: the pictures and files that a note shows or links to: ![alt](path), ![[name.png]], [text](path).
// What it means is looked for among the names of the folder, as Obsidian does: beside the note, from the top, and a
// mere name anywhere. The text stays as it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "client/import/formats.h"
#include "client/import/media.h"

namespace duolog::client {

// In a text, outside code.
struct NoteLink {
  std::string target;
  bool shown = false;  // with "!" before it: not only named
};
void each_link(std::string_view text, const std::function<void(NoteLink)>& take);

class NoteFiles {
 public:
  // REQUIRES: `files` lives longer.
  explicit NoteFiles(const Files& files);
  // nullptr: there is none, or it would lie outside.
  [[nodiscard]] const Files::File* meant_by(const std::string& target, std::string_view note) const;

 private:
  [[nodiscard]] const Files::File* at(std::string_view folder, std::string_view target) const;
  const Files& files_;
  std::unordered_map<std::string_view, const Files::File*> by_name_;  // the one with the shortest way to it
};

bool is_note(std::string_view name);
// What is there goes with `found`; what the note shows and is not there, is told.
void take_note_media(Found& found, std::string_view note, const NoteFiles& files, const Reading& reading, Named& named);

}  // namespace duolog::client
