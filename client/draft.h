// draft.h: what is being written in an editor: a file in a 0700 folder in memory, never on a disk.
//
// A draft stays until shred() says that it may go: whatever fails on the way, the text is still there and the person
// is told where (kept_hint), and the next `duolog write` offers it. A reboot or logout takes it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

inline constexpr std::size_t kTextLimit = (1 << 20) - (16 << 10);  // bytes of one entry; the daemon holds to it too

// What a draft is of: the beginning of its folder's name, and its file's.
struct DraftKind {
  std::string_view folder, file;
};
inline constexpr DraftKind kEntryDraft{"duolog-draft-", "entry.txt"};
inline constexpr std::string_view kEditFolder = "duolog-edit-";                  // then the entry's id
inline constexpr DraftKind kFormDraft{"duolog-form-", "answers"};                // form_draft.h
inline constexpr DraftKind kPracticeDraft{"duolog-practice-", "practice.toml"};  // of `practices new`

class Draft {
 public:
  // Throws Failure where there is no folder in memory.
  static Draft make(std::string_view text = {}, const DraftKind& kind = kEntryDraft);

  // Opens $VISUAL, $EDITOR or what Debian calls the editor. Throws Failure where it fails; the file stays.
  void edit() const;
  [[nodiscard]] std::string read() const;  // throws Failure over kTextLimit
  // In the place of what was there, whole or not at all. False: there is no room for it.
  [[nodiscard]] bool replace(std::string_view text) const;
  // Overwrites and removes the file, and whatever the editor left beside it.
  void shred() const;
  [[nodiscard]] std::string kept_hint() const;

  [[nodiscard]] bool blank() const;

  // What its text began from, as whoever goes on with it must know: kept beside it, and gone with it. Empty: not known.
  void began_from(std::string_view what) const;
  [[nodiscard]] std::string began_from() const;

  // The draft that standard input is read from, if it is one: `duolog write < DRAFT`.
  static std::optional<Draft> behind_standard_input(const DraftKind& kind = kEntryDraft);
  // Drafts of this user that are in memory, also those that somebody is writing at this moment.
  static std::vector<std::filesystem::path> left_behind(const DraftKind& kind = kEntryDraft);
  // Those that nobody is writing any more, newest first, to be gone on with. What is blank is cleared away.
  static std::vector<Draft> abandoned(const DraftKind& kind = kEntryDraft);
  // Takes away what nobody holds any more, whole folders, without asking: copies, not drafts.
  static void sweep(std::string_view folder_prefix);
  // Only to look into it.
  static Draft at(const std::filesystem::path& file) { return Draft(file); }
  // One that was left behind, to be gone on with. nullopt: somebody is writing it.
  static std::optional<Draft> taken_up(const std::filesystem::path& file);
  // "312 bytes, last changed 2026-11-22 21:14"
  [[nodiscard]] std::string described() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  explicit Draft(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
};

// All of standard input; throws Failure over kTextLimit.
std::string read_standard_input();
// Throws Failure unless it is UTF-8 and not blank; takes off one newline at the end, which every editor adds.
std::string checked_text(std::string text);

}  // namespace duolog::client
