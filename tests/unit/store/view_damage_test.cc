// view_damage_test.cc: whatever is done to a view's files, nobody ever reads what was not written last: it is refused,
// and made anew or lost.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/view_fixture.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::text_of;
using testing::write_text;

constexpr std::size_t kPage = 4096;

// Two states of one file, an older and a newer one, each with its mark.
class ADamagedView : public AView {
 protected:
  void SetUp() override {
    open();
    put_many(1, 40, 2000);
    close();
    older_ = files();
    open();
    view().transaction([&] {
      Query(view(), "UPDATE note SET text = 'now ' || text").run();
      put_many(41, 5, 9000);
    });
    newer_notes_ = notes();
    close();
    newer_ = files();
    ASSERT_GT(pages(), 30U);
    ASSERT_THAT(read_everything().refusal, IsEmpty());
    ASSERT_EQ(files(), newer_);
  }
  [[nodiscard]] std::size_t pages() const { return newer_.first.size() / kPage; }
  static std::string_view page(const Files& files, std::size_t number) {
    return std::string_view(files.first).substr((number - 1) * kPage, kPage);
  }
  // What is read of these files; that it is nothing, the words of the newest state, or (below) those of the older one.
  std::string refusal_of(const Files& laid) {
    lay(laid);
    const Read read = read_everything();
    if (read.refusal.empty() || !read.notes.empty()) {
      EXPECT_EQ(read.notes, newer_notes_);
    }
    return read.refusal;
  }
  [[nodiscard]] Files with_page(std::size_t number, std::string_view bytes) const {
    Files changed = newer_;
    changed.first.replace((number - 1) * kPage, kPage, bytes);
    return changed;
  }

  Files older_, newer_;
  std::vector<std::string> newer_notes_;
};

TEST_F(ADamagedView, WithAByteFlippedInAnyPageIsRefused) {
  for (std::size_t number = 1; number <= pages(); ++number) {
    // In the header, in the words, in the last byte of them, in the tag, in both parts of the nonce.
    for (const std::size_t at : {std::size_t{0}, std::size_t{20}, (number * 977) % 4056, std::size_t{4055},
                                 std::size_t{4060}, std::size_t{4072}, std::size_t{4095}}) {
      Files changed = newer_;
      changed.first[(number - 1) * kPage + at] = static_cast<char>(changed.first[(number - 1) * kPage + at] ^ 0x10);
      EXPECT_THAT(refusal_of(changed), HasSubstr("page " + std::to_string(number) + " is not "))
          << "byte " << at << " of page " << number;
    }
  }
}

TEST_F(ADamagedView, WithAnyByteOfItsMarkFlippedIsMadeAnew) {
  for (std::size_t at = 0; at < newer_.second.size(); at += 3) {
    Files changed = newer_;
    changed.second[at] = static_cast<char>(changed.second[at] ^ 1);
    lay(changed);
    EXPECT_EQ(why_fresh(), "its clean mark does not fit") << "byte " << at;
  }
}

TEST_F(ADamagedView, WithItsMarkCutAnywhereIsMadeAnew) {
  for (std::size_t length = 1; length < newer_.second.size(); length += 13) {
    lay({newer_.first, newer_.second.substr(0, length)});
    EXPECT_EQ(why_fresh(), "its clean mark does not fit") << length << " bytes";
  }
  EXPECT_THAT(refusal_of({newer_.first, newer_.second + "x"}), StartsWith("fresh"));
}

TEST_F(ADamagedView, WithTwoPagesSwappedIsRefused) {
  for (std::size_t number = 1; number < pages(); ++number) {
    Files changed = with_page(number, page(newer_, number + 1));
    changed.first.replace(number * kPage, kPage, page(newer_, number));
    EXPECT_THAT(refusal_of(changed), HasSubstr("is not what was written last")) << number;
  }
}

TEST_F(ADamagedView, WithAPageOfAnOlderStateIsRefused) {
  int replayed = 0;
  for (std::size_t number = 1; number <= older_.first.size() / kPage; ++number) {
    if (page(older_, number) == page(newer_, number)) continue;
    ++replayed;
    EXPECT_THAT(refusal_of(with_page(number, page(older_, number))),
                HasSubstr("page " + std::to_string(number) + " is not what was written last"));
  }
  EXPECT_GT(replayed, 20);
}

TEST_F(ADamagedView, ThatIsAnOlderFileIsRefused) {
  Files changed{older_.first, newer_.second};
  EXPECT_THAT(refusal_of(changed), StartsWith("fresh: its clean mark does not fit"));
  changed.first += newer_.first.substr(older_.first.size());  // as long as the newer one
  EXPECT_THAT(refusal_of(changed), HasSubstr("is not what was written last"));
  EXPECT_THAT(refusal_of({older_.first, ""}), StartsWith("fresh: it was not closed well"));
}

TEST_F(ADamagedView, WithAnOlderMarkIsRefused) {
  EXPECT_THAT(refusal_of({newer_.first, older_.second}), StartsWith("fresh: its clean mark does not fit"));
  // ... also where the file is cut to the length that the mark knows.
  EXPECT_THAT(refusal_of({newer_.first.substr(0, older_.first.size()), older_.second}),
              HasSubstr("is not what was written last"));
}

// Both together are a state that was: whole, and by what stands in it older than the log.
TEST_F(ADamagedView, ThatIsAnOlderFileWithItsMarkIsTheOlderStateWhole) {
  lay(older_);
  const Read read = read_everything();
  EXPECT_THAT(read.refusal, IsEmpty());
  ASSERT_THAT(read.notes, SizeIs(40));
  for (int id = 1; id <= 40; ++id) EXPECT_EQ(read.notes[static_cast<std::size_t>(id - 1)], note_of(id, 2000));
}

TEST_F(ADamagedView, WithAPageOfAnEarlierFileOfTheSameKeyIsRefused) {
  open();
  view().drop();
  open();
  put_many(1, 40, 2000);  // the same words once more, under another salt
  close();
  const Files other = files();
  EXPECT_THAT(refusal_of({other.first, newer_.second}), Not(IsEmpty()));
  EXPECT_THAT(refusal_of(with_page(5, page(other, 5))), HasSubstr("page 5 is not what was written last"));
}

TEST_F(ADamagedView, CutAtAnyPageOrWithinOneIsRefused) {
  for (std::size_t number = 0; number < pages(); ++number) {
    EXPECT_THAT(refusal_of({newer_.first.substr(0, number * kPage), newer_.second}), StartsWith("fresh"));
    EXPECT_THAT(refusal_of({newer_.first.substr(0, number * kPage + 1 + number * 31), newer_.second}),
                StartsWith("fresh: it is cut off within a page"));
  }
  EXPECT_THAT(refusal_of({newer_.first + std::string(kPage, '\0'), newer_.second}), StartsWith("fresh"));
}

TEST_F(ADamagedView, ThatIsTouchedWhileItIsOpenIsLost) {
  lay(newer_);
  open();
  lay({older_.first + newer_.first.substr(older_.first.size()), newer_.second});
  std::string lost;
  try {
    notes();
  } catch (const ViewLost& error) {
    lost = error.what();
  }
  EXPECT_THAT(lost, HasSubstr("is not what was written last"));
  EXPECT_THROW(view().make_clean(), ViewLost);
  EXPECT_FALSE(view().is_clean());
  EXPECT_THROW(put(100), ViewLost);
  close();
  open();
  EXPECT_THAT(view().why_fresh(), Not(IsEmpty()));
}

TEST_F(ADamagedView, ThatIsCutWhileItIsOpenIsLost) {
  lay(newer_);
  open();
  fs::resize_file(file(), kPage * 3);
  EXPECT_THAT(testing::what_it_says<ViewLost>([&] { notes(); }), HasSubstr("is cut off"));
}

// ---- what a thief of the disk sees ----

class AThiefOfTheView : public AView {
 protected:
  std::string everything_on_disk() {
    std::string bytes;
    for (const auto& entry : fs::directory_iterator(folder_.path())) bytes += text_of(entry.path());
    return bytes;
  }
};

TEST_F(AThiefOfTheView, FindsNoWordNorThatItIsADatabase) {
  open();
  put_many(1, 30, 2000);
  Query(view(), "INSERT INTO note (id, text) VALUES (1000, 'tomatoes-in-the-garden')").run();
  EXPECT_THAT(notes(), ::testing::Contains("tomatoes-in-the-garden")) << "what is looked for is there";
  const auto sees_nothing = AllOf(Not(HasSubstr("tomatoes")), Not(HasSubstr("SQLite")), Not(HasSubstr("CREATE")),
                                  Not(HasSubstr("note 1")), Not(HasSubstr(std::string(64, '\0'))));
  EXPECT_THAT(everything_on_disk(), sees_nothing);
  Query(view(), "DELETE FROM note WHERE id = 1000").run();
  EXPECT_THAT(everything_on_disk(), sees_nothing);
  close();
  EXPECT_THAT(everything_on_disk(), sees_nothing);
}

}  // namespace
}  // namespace duolog::store
