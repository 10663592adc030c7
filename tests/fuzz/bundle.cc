// What is carried by hand, as anybody could have made it. Any bytes as a file; a bundle of our own, damaged; and any
// messages, sealed by a member who lies. None of it crashes; what was damaged is never taken for whole; and nothing
// comes into the log but what its author has signed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/bundle_reader.h"
#include "daemon/sync/bundle_writer.h"
#include "daemon/sync/message.h"
#include "tests/fuzz/script.h"
#include "tests/unit/sync/homes.h"

using namespace duolog;
using fuzz::must;
using sync::testing::Home;
using sync::testing::people;

namespace {

using Step = sync::BundleReader::Step;
using Verdict = sync::BundleReader::Verdict;

sync::BundleHooks hooks() {
  sync::BundleHooks hooks;
  hooks.whose = [](const crypto::BundleHead& head) -> std::optional<sync::BundleOwner> {
    auto key = head.open(people().secret);
    if (!key) return std::nullopt;
    return sync::BundleOwner{people().journal, people().genesis.encode(), std::move(*key)};
  };
  return hooks;
}

// To its end, in pieces of so many bytes.
Verdict read(store::SealedLog& log, ByteView file, std::size_t piece) {
  sync::BundleReader reader(log, hooks());
  Step step = Step::kHungry;
  const auto work = [&] {
    do step = reader.work();
    while (step == Step::kMore);
    must(step != Step::kWaits, "it waits for nobody");
  };
  for (; step == Step::kHungry && !file.empty(); file = file.subspan(std::min(piece, file.size()))) {
    reader.feed(file.first(std::min(piece, file.size())));
    work();
  }
  if (step == Step::kHungry) {
    reader.end();
    work();
  }
  must(step == Step::kOver, "a file has no end");
  return reader.verdict();
}

// Bo's, who holds nothing; what one execution has written is there in the next one, so it is only compared with Ada's.
Home& ada() {
  static Home home(people().laptop);
  return home;
}
Home& bo() {
  static Home home(people().desk);
  return home;
}

const Bytes& our_own() {
  static const Bytes file = [] {
    ada().write(40, 3000);
    sync::BundleKeys keys;
    keys.epochs.push_back(people().secret.clone());
    sync::BundleWriter writer(
        ada().log(), nullptr,
        {people().journal, people().genesis.encode(), {}, {people().chain_of(people().laptop.id())}, {}},
        std::move(keys));
    while (writer.stage() == sync::BundleWriter::Stage::kCounting) writer.work();
    Bytes all;
    for (Bytes piece = writer.next(); !piece.empty(); piece = writer.next()) append(all, piece);
    return all;
  }();
  return file;
}

Bytes sealed(ByteView inside) {
  const std::vector<const crypto::EpochSecret*> epochs{&people().secret};
  crypto::BundleSealer sealer({}, epochs, inside.size());
  Bytes file;
  sealer.seal(inside, file);
  while (sealer.pad(file)) {
  }
  return file;
}

void add(Bytes& inside, ByteView message) {
  append_u32(inside, static_cast<std::uint32_t>(message.size()));
  append(inside, message);
}

void expect_nothing_but_the_authors() {
  const auto theirs = bo().records(people().laptop);
  const auto ours = ada().records(people().laptop);
  must(theirs.size() <= ours.size() && std::equal(theirs.begin(), theirs.end(), ours.begin()),
       "something came in that its author has not written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes& own = our_own();  // before chance is the same: keys and nonces are made once
  bo();
  fuzz::same_chance();
  fuzz::Script script(data, size);
  const std::size_t piece = 1 + script.word();
  switch (script.below(3)) {
    case 0: {
      must(read(bo().log(), script.rest(), piece) != Verdict::kNone, "a stranger made a bundle of ours");
      break;
    }
    case 1: {
      Bytes file = own;
      const bool changed = fuzz::damage(script, file);
      must((read(bo().log(), file, piece) == Verdict::kNone) != changed,
           "a damaged bundle is taken, or a whole one is not");
      break;
    }
    default: {
      Bytes inside;
      if (script.byte() % 4 != 0) add(inside, encode(sync::GenesisTold{people().genesis.encode()}));
      while (!script.over() && script.byte() % 8 != 0) add(inside, script.chunk());
      append(inside, script.rest());
      read(bo().log(), sealed(inside), piece);
    }
  }
  expect_nothing_but_the_authors();
  return 0;
}
