// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/restored_mark.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/home.h"
#include "daemon/store/vault_file.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "DUOLOGR1\n";  // DO NOT CHANGE these two: on disk
constexpr std::string_view kEnd = "end\n";         // so that one that was cut short is not taken for a shorter one
constexpr std::size_t kLineLength = 2 * JournalId::kLength + 1;
constexpr std::size_t kLimit = std::size_t{1} << 20;

Bytes written(const std::set<JournalId>& journals) {
  Bytes bytes = to_bytes(as_bytes(kMagic));
  for (const JournalId& journal : journals) append(bytes, as_bytes(hex(journal.view()) + "\n"));
  append(bytes, as_bytes(kEnd));
  return bytes;
}

std::optional<std::set<JournalId>> parse(std::string_view text) {
  if (!text.starts_with(kMagic)) return std::nullopt;
  text.remove_prefix(kMagic.size());
  std::set<JournalId> journals;
  for (; text.size() >= kLineLength; text.remove_prefix(kLineLength)) {
    const auto bytes = from_hex(text.substr(0, kLineLength - 1));
    const auto journal = bytes ? JournalId::from(*bytes) : std::nullopt;
    if (!journal || text[kLineLength - 1] != '\n') return std::nullopt;
    journals.insert(*journal);
  }
  if (text != kEnd) return std::nullopt;
  return journals;
}

}  // namespace

RestoredMark::RestoredMark(fs::path file) : file_(std::move(file)) {
  if (fs::symlink_status(file_).type() == fs::file_type::not_found) return;
  const Bytes bytes = read_private_file(file_, kLimit);
  auto journals = parse(as_text(bytes));
  if (!journals) {
    throw BadVaultFile(
        fmt::format("{} is damaged: it says in which journals this restored home may not write yet; nothing "
                    "was changed\nhint: restore the home once more from its backup",
                    file_.string()));
  }
  held_ = std::move(*journals);
}

void RestoredMark::hold(std::set<JournalId> journals) {
  if (journals.empty()) {
    if (::unlink(file_.c_str()) != 0 && errno != ENOENT)
      throw std::system_error(errno, std::generic_category(), file_.string());
    home::sync_folder(file_.parent_path());
  } else {
    replace_file(file_, written(journals));
  }
  held_ = std::move(journals);
}

void RestoredMark::release(const JournalId& journal) {
  std::set<JournalId> left = held_;
  if (left.erase(journal) > 0) hold(std::move(left));
}

}  // namespace duolog::store
