// report.cc: the names that control.proto gives to kinds and states.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/report.h"

#include <algorithm>

namespace duolog::journal {

namespace {

std::size_t length_of(const practice::FieldValue& value) {
  std::size_t length = value.id.size();
  if (const auto* text = std::get_if<std::string>(&value.value)) length += text->size();
  if (const auto* items = std::get_if<std::vector<std::string>>(&value.value))
    for (const std::string& item : *items) length += item.size();
  return length;
}

// About what it takes on the wire.
std::size_t length_of(const Item& item) {
  constexpr std::size_t kBesideWords = 512;  // ids, names, times
  std::size_t length = kBesideWords + item.text.size();
  for (const std::string& tag : item.tags) length += tag.size();
  for (const practice::FieldValue& value : item.fields) length += length_of(value);
  for (const std::string& label : item.labels) length += label.size();
  for (const AttachedFile& file : item.attachments) length += file.name.size() + file.media_type.size() + 32;
  for (const ItemVersion& version : item.versions) length += kBesideWords + version.text.size();
  return length;
}

}  // namespace

bool Page::takes(const Item& item) {
  const std::size_t length = length_of(item);
  if (begun_ && (items_ == 0 || length > bytes_)) items_ = bytes_ = 0;
  if (begun_ && items_ == 0) return false;
  begun_ = true;
  --items_;
  bytes_ -= std::min(bytes_, length);
  return true;
}

std::string_view name(ItemKind kind) {
  switch (kind) {
    case ItemKind::kEntry:
      return "entry";
    case ItemKind::kAnswer:
      return "answer";
    case ItemKind::kLetter:
      return "letter";
    case ItemKind::kRemark:
      return "remark";
    case ItemKind::kUnreadable:
      return "unreadable";
    case ItemKind::kNewer:
      return "newer";
    case ItemKind::kTakenBack:
      return "taken back";
  }
  return "unreadable";
}

std::string_view name(Visibility visibility) {
  switch (visibility) {
    case Visibility::kPrivate:
      return "private";
    case Visibility::kShared:
      return "shared";
    case Visibility::kSealed:
      return "sealed";
  }
  return "private";
}

std::string_view name(AnswerState state) {
  switch (state) {
    case AnswerState::kReadable:
      return "readable";
    case AnswerState::kSealed:
      return "sealed";
    case AnswerState::kWrongKey:
      return "wrong key";
    case AnswerState::kGarbage:
      return "garbage";
  }
  return "sealed";
}

std::string_view name(News::Kind kind) {
  switch (kind) {
    case News::Kind::kEntry:
      return "entry";
    case News::Kind::kAnswer:
      return "answer";
    case News::Kind::kOpened:
      return "opened";
    case News::Kind::kDelivered:
      return "delivered";
    case News::Kind::kAlarm:
      return "alarm";
    case News::Kind::kLetter:
      return "letter";
    case News::Kind::kRemark:
      return "remark";
  }
  return "alarm";
}

std::string describe(RoundState state, std::string_view other) {
  switch (state) {
    case RoundState::kOpenToAnswer:
      return "open to answer";
    case RoundState::kWaitingForYou:
      return "waiting for you";
    case RoundState::kWaitingForOther:
      return "waiting for " + std::string(other);
    case RoundState::kBothIn:
      return "both are in";
    case RoundState::kAlone:
      return "alone";
  }
  return "alone";
}

}  // namespace duolog::journal
