// attachments_shown_test.cc: what is attached stands below the words, and says how much of it is here.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "client/show_item.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

control::Item entry(const std::string& text, const std::string& name, std::uint32_t size, std::uint32_t held) {
  control::Item item;
  item.set_id("3fa9c2d1e5");
  item.set_kind("entry");
  item.set_author("Ada");
  item.set_written_at("2026-11-22T21:14:05+01:00");
  item.set_text(text);
  item.set_visibility("shared");
  auto& attachment = *item.add_attachments();
  attachment.set_name(name);
  attachment.set_size(size);
  attachment.set_held(held);
  return item;
}

std::string shown(const control::Item& item) { return item_text(item, Output(Colour::kNever, false), {}); }

TEST(AttachmentsShown, StandBelowTheWords) {
  EXPECT_EQ(shown(entry("by the lake", "lake.jpg", 3'250'586, 3'250'586)),
            "21:14  Ada · 3fa9c2d1\n       by the lake\n       attached lake.jpg · 3.1 MiB\n");
}

TEST(AttachmentsShown, NeedNoWords) {
  EXPECT_EQ(shown(entry("", "lake.jpg", 10, 10)), "21:14  Ada · 3fa9c2d1\n       attached lake.jpg · 10 bytes\n");
  EXPECT_EQ(headline(entry("", "lake.jpg", 10, 10)), "lake.jpg");
}

TEST(AttachmentsShown, SayWhatIsNotHereYet) {
  EXPECT_THAT(shown(entry("a", "b", 2048, 0)), HasSubstr("attached b · 2.0 KiB · not here yet"));
  EXPECT_THAT(shown(entry("a", "b", 2048, 1024)), HasSubstr("attached b · 2.0 KiB · 1.0 KiB of it here"));
  EXPECT_THAT(shown(entry("a", "b", 0, 0)), Not(HasSubstr("here")));
}

TEST(AttachmentsShown, AreNumberedWhereThereAreSeveral) {
  auto item = entry("a", "one", 1, 1);
  *item.add_attachments() = item.attachments(0);
  EXPECT_THAT(shown(item), HasSubstr("attached 1: one · 1 byte\n       attached 2: one"));
}

TEST(AttachmentsShown, NamesAreSanitised) {
  EXPECT_THAT(shown(entry("a", "x\x1b[2J\u202egpj.exe\nmine", 1, 1)),
              HasSubstr("attached x‹U+001B›[2J‹U+202E›gpj.exe‹U+000A›mine"));
}

}  // namespace
}  // namespace duolog::client
