// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/changing.h"

#include "daemon/control/convert.h"
#include "daemon/journal/reading.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::size_t kItemsShown = 1000;
constexpr std::size_t kItemBytes = 2 << 20;

Reply edit(journal::Shelf& shelf, const Edit& asked, ByteView request) {
  journal::Rewording wanted{{asked.id(), asked.journal()}};
  if (asked.has_text()) wanted.text = asked.text();
  if (asked.set_tags()) wanted.tags.emplace(asked.tags().begin(), asked.tags().end());
  if (asked.has_mood()) wanted.mood = asked.mood();
  if (asked.has_on()) wanted.on = asked.on();
  wanted.replaces.assign(asked.replaces().begin(), asked.replaces().end());
  const journal::Changed changed = shelf.edit(wanted, request);
  Reply reply;
  Changed& out = *reply.mutable_changed();
  out.set_id(hex(changed.id.view()));
  out.set_journal(changed.journal);
  out.set_unchanged(changed.unchanged);
  out.set_edited_at(changed.edited_at);
  out.set_shared_with(changed.shared_with);
  out.set_repeated(changed.repeated);
  return reply;
}

Reply history(const journal::Shelf& shelf, const History& asked) {
  const journal::History found = journal::history(shelf, {asked.id(), asked.journal()});
  Reply reply;
  HistoryReport& out = *reply.mutable_history();
  fill(*out.mutable_item(), found.item);
  for (const auto& version : found.versions) fill(*out.add_versions(), version);
  return reply;
}

Reply take_back(journal::Shelf& shelf, const TakeBack& asked, ByteView request) {
  journal::TakingBack wanted{
      {asked.ids().begin(), asked.ids().end()}, asked.journal(), asked.confirmed(), asked.look_only()};
  const journal::TakenAway taken = shelf.take_back(wanted, request);
  Reply reply;
  TakenBack& out = *reply.mutable_taken_back();
  journal::Page page(kItemsShown, kItemBytes);
  for (const auto& item : taken.items)
    if (page.takes(item)) fill(*out.add_items(), item);
  for (const auto& person : taken.shared_with) out.add_shared_with(person);
  return reply;
}

}  // namespace

bool answer_changing(journal::Shelf& shelf, const Request& request, const Answering& answers) {
  const ByteView id = as_bytes(request.request_id());
  switch (request.body_case()) {
    case Request::kEdit:
      answers.finish(edit(shelf, request.edit(), id));
      return true;
    case Request::kHistory:
      answers.finish(history(shelf, request.history()));
      return true;
    case Request::kTakeBack:
      answers.finish(take_back(shelf, request.take_back(), id));
      return true;
    default:
      return false;
  }
}

}  // namespace duolog::control
