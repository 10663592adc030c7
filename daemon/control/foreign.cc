// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/foreign.h"

#include <numeric>

#include "daemon/control/convert.h"
#include "daemon/journal/foreign.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

Bytes bytes_of(const std::string& hexadecimal, const char* what) {
  auto bytes = from_hex(hexadecimal);
  if (!bytes) throw journal::Refusal(journal::Reason::kBadRequest, what);
  return std::move(*bytes);
}

journal::FieldValue field_of(const FieldValue& in) {
  journal::FieldValue value{in.id(), in.text()};
  if (in.has_number()) value.value = in.number();
  if (in.items_size() > 0) value.value = std::vector<std::string>(in.items().begin(), in.items().end());
  return value;
}

// Takes the text out of the message.
journal::Foreign item_of(ImportItem& in) {
  journal::Foreign item;
  item.origin = in.origin();
  item.again = in.again();
  item.source = bytes_of(in.source(), "source");
  item.text = std::move(*in.mutable_text());
  item.tags.assign(in.tags().begin(), in.tags().end());
  item.at = {in.at_ms(), in.offset_minutes(), in.day_only()};
  item.mood = in.mood();
  item.between_us = in.between_us();
  item.practice = in.practice();
  item.period = in.period();
  for (const FieldValue& field : in.fields()) item.fields.push_back(field_of(field));
  if (!in.to().empty()) {
    item.to = RecordId::from(bytes_of(in.to(), "to"));
    if (!item.to) throw journal::Refusal(journal::Reason::kBadRequest, "to");
  }
  item.manner = in.manner();
  item.emoji = in.emoji();
  return item;
}

std::uint32_t count_in(const ImportItem& item) {
  if (item.attachments() > journal::kAttachmentCount)
    throw journal::Refusal::too_long("attachments", journal::kAttachmentCount);
  return item.attachments();
}

// Where nothing is written, one empty file stands for all that would go with an entry: it may have no words then.
journal::Attachment stand_in() {
  journal::Attachment empty;
  empty.name = "attachment";
  return empty;
}

// REQUIRES: as many as the counts say together.
void give_out(std::vector<journal::Attachment> attachments, const std::vector<std::uint32_t>& counts,
              std::vector<journal::Foreign>& items) {
  auto next = attachments.begin();
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::uint32_t n = 0; n < counts[i]; ++n) items[i].attachments.push_back(std::move(*next++));
  }
}

// Of all that were given out, which an entry names that was written now.
std::vector<bool> named_by(const journal::Imported& imported, const std::vector<std::uint32_t>& counts) {
  std::vector<bool> named;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto& taken = imported.items[i];
    named.insert(named.end(), counts[i], taken.id && !taken.already_there && !taken.refused);
  }
  return named;
}

void fill(Imported& out, const journal::Imported& in, bool tried) {
  std::uint32_t there = 0;
  std::uint32_t refused = 0;
  for (const journal::Imported::Taken& one : in.items) {
    Imported::Taken& taken = *out.add_items();
    if (one.id && (one.already_there || !tried)) taken.set_id(hex(one.id->view()));
    taken.set_already_there(one.already_there);
    there += one.already_there ? 1 : 0;
    if (!one.refused) continue;
    ++refused;
    fill(*taken.mutable_refused(), std::make_exception_ptr(*one.refused));
  }
  out.set_repeated(in.repeated);
  out.set_already_there(there);
  out.set_refused(refused);
  out.set_written(static_cast<std::uint32_t>(in.items.size()) - there - refused);
  out.set_journal(in.journal);
  out.set_visibility(in.shared ? "shared" : "private");
  out.set_shared_with(in.shared_with);
}

}  // namespace

void answer_import(journal::Shelf& shelf, Attaching& attaching, const Request& request, const Answering& answers) {
  Import asked = request.import();
  const bool writes = !asked.try_only() && !shelf.parts().log.answered(as_bytes(request.request_id()));
  journal::ForeignBatch batch;
  batch.journal = asked.journal();
  batch.try_only = asked.try_only();
  std::vector<std::uint32_t> counts;
  for (ImportItem& item : *asked.mutable_items()) {
    counts.push_back(count_in(item));
    batch.items.push_back(item_of(item));
    if (!writes && counts.back() > 0) batch.items.back().attachments = {stand_in()};
  }
  if (writes) give_out(attaching.for_batch(std::reduce(counts.begin(), counts.end())), counts, batch.items);
  const journal::Imported imported = shelf.import(batch, as_bytes(request.request_id()));
  if (writes) attaching.kept(named_by(imported, counts));
  Reply reply;
  fill(*reply.mutable_imported(), imported, asked.try_only());
  answers.finish(std::move(reply));
}

}  // namespace duolog::control
