// view_fixture.h: a view in a folder of its own that holds notes, and whoever may have been at its files meanwhile.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "daemon/store/query.h"
#include "daemon/store/view_database.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::store {

inline constexpr ViewSchema kNotes{R"(
CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE VIRTUAL TABLE words USING fts5 (text, content = 'note', content_rowid = 'id');
)",
                                   1};

// `id` is the note's; about `length` bytes of words, the same for the same id.
inline std::string note_of(int id, std::size_t length) {
  std::string text = "note " + std::to_string(id);
  for (std::uint32_t state = static_cast<std::uint32_t>(id) + 1; text.size() < length;) {
    state = state * 1664525U + 1013904223U;
    text += " w" + std::to_string(state >> 20);
  }
  return text;
}

class AView : public ::testing::Test {
 protected:
  using Files = std::pair<std::string, std::string>;  // the view's bytes, the mark's

  static crypto::LocalKey key(std::uint8_t fill = 7) { return *crypto::LocalKey::from(Bytes(32, fill)); }
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "view.db"; }
  [[nodiscard]] std::filesystem::path mark() const { return folder_ / "view.clean"; }

  ViewDatabase& open(const ViewSchema& schema = kNotes, std::uint8_t with_key = 7) {
    view_.reset();
    view_ = std::make_unique<ViewDatabase>(file(), key(with_key), schema, std::size_t{64} << 10);
    return *view_;
  }
  ViewDatabase& view() { return *view_; }
  void close() { view_.reset(); }
  // Why it is not believed; then it goes, without waiting for the disk.
  std::string why_fresh() {
    open();
    std::string why = view().why_fresh();
    view().drop();
    close();
    return why;
  }

  void put(int id, std::size_t length = 20) {
    view().transaction([&] {
      const std::string text = note_of(id, length);
      Query(view(), "INSERT INTO note (id, text) VALUES (?, ?)").bind(std::int64_t{id}).bind(text).run();
      Query(view(), "INSERT INTO words (rowid, text) VALUES (?, ?)").bind(std::int64_t{id}).bind(text).run();
    });
  }
  void put_many(int first, int count, std::size_t length) {
    view().transaction([&] {
      for (int id = first; id < first + count; ++id) put(id, length);
    });
  }
  std::vector<std::string> notes() {
    std::vector<std::string> found;
    Query query(view(), "SELECT text FROM note ORDER BY id");
    while (query.step()) found.push_back(query.text(0));
    return found;
  }
  std::int64_t found(std::string_view match) {
    Query query(view(), "SELECT count(*) FROM words WHERE words MATCH ?");
    query.bind(match).step();
    return query.number(0);
  }
  std::string told(const char* sql) {
    Query query(view(), sql);
    return query.step() ? query.text(0) : "";
  }

  // A process of its own opens the view, does this and is gone, without an end. 0: it came to where it should.
  int ends_in_the_middle(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      open();
      ::_exit(work());
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
  }

  Files files() const { return {testing::text_of(file()), testing::text_of(mark())}; }
  void lay(const Files& files) const {
    testing::write_text(file(), files.first);
    lay_mark(files.second);
  }
  void lay_mark(const std::string& bytes) const {
    std::filesystem::remove(mark());
    if (bytes.empty()) return;
    testing::write_text(mark(), bytes);
    std::filesystem::permissions(mark(), std::filesystem::perms(0600));
  }
  // Opens what lies there and reads every page of it: all that is in it, or why it is refused.
  struct Read {
    std::vector<std::string> notes;
    std::string refusal;  // "fresh: …", "lost: …"; empty: believed
  };
  Read read_everything() {
    Read read;
    try {
      open();
      if (view().fresh()) read.refusal = "fresh: " + view().why_fresh();
      const std::string integrity = told("PRAGMA integrity_check");
      read.notes = notes();
      EXPECT_EQ(integrity, "ok");
    } catch (const ViewLost& lost) {
      read.refusal = "lost: " + std::string(lost.what());
    }
    if (!read.refusal.empty() && view_) view().drop();  // without waiting for the disk
    view_.reset();
    return read;
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<ViewDatabase> view_;
};

}  // namespace duolog::store
