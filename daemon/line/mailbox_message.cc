// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/mailbox_message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "crypto/check.h"
#include "proto/mailbox.pb.h"

namespace duolog::mailbox {
namespace {

constexpr int kRecursionLimit = 16;
constexpr std::size_t kMessageLimit = kPartLimit + 1024;
constexpr std::size_t kLyingLength = 8 + 4 + BundleId::kLength;

template <class Message>
std::optional<Message> parse(ByteView bytes) {
  if (bytes.size() > kMessageLimit) return std::nullopt;
  const google::protobuf::LogSilencer quiet;
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kRecursionLimit);
  Message message;
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) return std::nullopt;
  return message;
}

template <class Message>
Bytes serialise(const Message& message) {
  Bytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::string text_of(ByteView bytes) { return std::string(as_text(bytes)); }

std::optional<Ask> read(const pb::Put& from) {
  const auto id = BundleId::from(as_bytes(from.id()));
  const bool fits = from.size() > 0 && from.size() <= kBundleLimit && from.at() < from.size() && !from.part().empty() &&
                    from.part().size() <= kPartLimit && from.part().size() <= from.size() - from.at();
  if (!id || !fits) return std::nullopt;
  return Put{*id, from.size(), from.at(), to_bytes(as_bytes(from.part()))};
}

constexpr std::uint64_t kLatestMs = 253'402'300'800'000;  // the year 10000

std::optional<std::vector<Lying>> read_bundles(ByteView from) {
  if (from.size() % kLyingLength != 0 || from.size() / kLyingLength > kListedLimit) return std::nullopt;
  std::vector<Lying> bundles;
  bundles.reserve(from.size() / kLyingLength);
  for (; !from.empty(); from = from.subspan(kLyingLength)) {
    const Lying one{read_u64(from), read_u32(from.subspan(8)), *BundleId::from(from.subspan(12, BundleId::kLength))};
    const bool grows = bundles.empty() ? one.cursor > 0 : one.cursor > bundles.back().cursor;
    if (!grows || one.size == 0 || one.size > kBundleLimit) return std::nullopt;
    bundles.push_back(one);
  }
  return bundles;
}

std::optional<Answer> read(const pb::Listing& from) {
  auto bundles = read_bundles(as_bytes(from.bundles()));
  if (!bundles || from.box().size() != kBoxLength) return std::nullopt;
  if (from.more() && bundles->empty()) return std::nullopt;  // it would never end
  if (from.time_ms() > kLatestMs) return std::nullopt;
  Listing listing{{},           std::move(*bundles), from.more(),  static_cast<std::int64_t>(from.time_ms()),
                  from.quota(), from.held(),         from.count(), from.keeps_days()};
  std::copy(from.box().begin(), from.box().end(), listing.box.begin());
  return listing;
}

struct Asking {
  pb::Ask& to;
  void operator()(const Unknown&) const { check(false, "an unknown question is not asked"); }
  void operator()(const Put& put) const {
    to.mutable_put()->set_id(text_of(put.id.bytes));
    to.mutable_put()->set_size(put.size);
    to.mutable_put()->set_at(put.at);
    to.mutable_put()->set_part(text_of(put.part));
  }
  void operator()(const List& list) const { to.mutable_list()->set_after(list.after); }
  void operator()(const Get& get) const {
    to.mutable_get()->set_cursor(get.cursor);
    to.mutable_get()->set_at(get.at);
  }
};

struct Answering {
  pb::Answer& to;
  void operator()(const Unknown&) const { check(false, "an unknown answer is not given"); }
  void operator()(const More& more) const { to.mutable_more()->set_at(more.at); }
  void operator()(const Kept& kept) const { to.mutable_kept()->set_cursor(kept.cursor); }
  void operator()(const Listing& listing) const {
    Bytes bundles;
    for (const Lying& one : listing.bundles) {
      append_u64(bundles, one.cursor);
      append_u32(bundles, one.size);
      append(bundles, one.id.bytes);
    }
    pb::Listing& into = *to.mutable_listing();
    into.set_box(text_of(listing.box));
    into.set_bundles(text_of(bundles));
    into.set_more(listing.more);
    into.set_time_ms(static_cast<std::uint64_t>(listing.time_ms));
    into.set_quota(listing.quota);
    into.set_held(listing.held);
    into.set_count(listing.count);
    into.set_keeps_days(listing.keeps_days);
  }
  void operator()(const Part& part) const {
    to.mutable_part()->set_at(part.at);
    to.mutable_part()->set_part(text_of(part.part));
  }
  void operator()(const No& no) const { to.mutable_no()->set_why(static_cast<pb::No::Why>(no.why)); }
};

}  // namespace

Bytes encode(const Ask& ask) {
  pb::Ask message;
  std::visit(Asking{message}, ask);
  return serialise(message);
}

Bytes encode(const Answer& answer) {
  pb::Answer message;
  std::visit(Answering{message}, answer);
  return serialise(message);
}

std::optional<Ask> decode_ask(ByteView message) {
  const auto ask = parse<pb::Ask>(message);
  if (!ask) return std::nullopt;
  switch (ask->body_case()) {
    case pb::Ask::kPut:
      return read(ask->put());
    case pb::Ask::kList:
      return List{ask->list().after()};
    case pb::Ask::kGet:
      return Get{ask->get().cursor(), ask->get().at()};
    case pb::Ask::BODY_NOT_SET:
      break;
  }
  return Unknown{};
}

std::optional<Answer> decode_answer(ByteView message) {
  const auto answer = parse<pb::Answer>(message);
  if (!answer) return std::nullopt;
  switch (answer->body_case()) {
    case pb::Answer::kMore:
      return More{answer->more().at()};
    case pb::Answer::kKept:
      return Kept{answer->kept().cursor()};
    case pb::Answer::kListing:
      return read(answer->listing());
    case pb::Answer::kPart:
      if (answer->part().part().size() > kPartLimit) return std::nullopt;
      return Part{answer->part().at(), to_bytes(as_bytes(answer->part().part()))};
    case pb::Answer::kNo: {
      const int why = answer->no().why();
      const bool known = why > 0 && why <= static_cast<int>(Why::kFull);
      return No{known ? static_cast<Why>(why) : Why::kUnspecified};
    }
    case pb::Answer::BODY_NOT_SET:
      break;
  }
  return Unknown{};
}

}  // namespace duolog::mailbox
