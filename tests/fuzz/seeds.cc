// fuzz_seeds FOLDER RECORDING: the first inputs of each fuzzer, made by the program's own writers and from the recorded
// session: FOLDER/<fuzzer>/<what it is>. Afterwards the fuzzers find the rest, and -merge=1 keeps what is of use
// (README.md).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/pairing.h"
#include "crypto/vault.h"
#include "daemon/journal/event.h"
#include "daemon/net/announcement.h"
#include "daemon/net/introduction.h"
#include "daemon/sync/message.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"
#include "proto/vault.pb.h"
#include "proto/wire.pb.h"
#include "tests/fuzz/script.h"

using namespace duolog;

namespace {

std::filesystem::path folder;

void put(const std::string& fuzzer, const std::string& name, ByteView bytes) {
  std::filesystem::create_directories(folder / fuzzer);
  std::ofstream(folder / fuzzer / name, std::ios::binary) << as_text(bytes);
}
void put(const std::string& fuzzer, const std::string& name, std::string_view text) {
  put(fuzzer, name, as_bytes(text));
}
// After the bytes that choose what the fuzzer does with it.
Bytes after(std::initializer_list<std::uint8_t> choice, ByteView bytes) {
  Bytes all(choice);
  append(all, bytes);
  return all;
}
Bytes chunk(ByteView bytes) {
  return after({static_cast<std::uint8_t>(bytes.size()), static_cast<std::uint8_t>(bytes.size() >> 8)}, bytes);
}
Bytes bytes_of(const google::protobuf::MessageLite& message) { return to_bytes(as_bytes(message.SerializeAsString())); }

struct People {
  crypto::RootKeys ada{*crypto::RootEntropy::from(Bytes(32, 1))};
  crypto::RootKeys bo{*crypto::RootEntropy::from(Bytes(32, 2))};
  crypto::DeviceKeys laptop{*crypto::DeviceSeed::from(Bytes(32, 3))};
  crypto::DeviceKeys desk{*crypto::DeviceSeed::from(Bytes(32, 4))};
  crypto::Genesis genesis{{1}, ada.public_keys(), bo.public_keys()};
  crypto::Chain chain{crypto::certify(ada, laptop.public_keys(), 1, "laptop")};
  crypto::Chain longer{chain[0], crypto::certify(laptop, desk.public_keys(), 2, "desk")};
};

void frames() {
  Bytes peer;
  Bytes control;
  for (const std::size_t length : {0U, 1U, 48U, 82U, 83U}) {
    proto::append_frame(peer, proto::Framing::kPeer, Bytes(length, 'x'));
    proto::append_frame(control, proto::Framing::kControl, Bytes(length, 'x'));
  }
  put("frame", "peer", after({0, 0, 3}, peer));
  put("frame", "peer-long", after({0, 1, 255}, peer));
  put("frame", "control", after({1, 0, 7}, control));
}

void texts() {
  put("sanitise", "plain", "\x20we walked to the lake");
  put("sanitise", "escape", "\x08\x1b]52;c;aGk=\x07\x1b[2J\r\n\t\xc2\x9b");
  put("sanitise", "bidi",
      "\x40\xe2\x80\xae"
      "abc\xe2\x81\xa6\xd8\x9c");
  put("sanitise", "emoji",
      "\x40\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xef\xb8\x8f\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa");
  put("sanitise", "scripts",
      "\x40\xd7\xa9\xd7\x9c\xd9\x85\xe0\xa4\xa8\xe2\x80\x8d\xe6\xb9\x96\xe1\x84\x80\xe1\x85\xa1");
  put("sanitise", "marks",
      "\x40"
      "a\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a");
  put("sanitise", "wrong", "\x40\xff\xfe\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80\xe2\x80");
  put("sanitise", "fillers", "\x40\xe3\x85\xa4\xef\xbe\xa0\xe2\xa0\x80\xf3\xa0\x81\x81\xee\x80\x80\xe2\x80\xa8");
  put("search_text", "words", "\x04lake cold* the lake was cold, and so to bed");
  put("search_text", "operators",
      "\x0a(a OR \"b c\") -d NOT e tag:f mood:1-2 \xe2\x80\x9cg h\xe2\x80\x9d a b c d e f g h");
  put("search_text", "scripts",
      "\x02\xe6\x9d\xb1\xe4\xba\xac \xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd \xe0\xb8\x97\xe0\xb8\xb5\xe0\xb9\x88 "
      "\xed\x95\x9c\xea\xb5\xad \xef\xac\x81 e\xcc\x81 \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
  put("search_text", "wrong", "\x01\xff(((((\"\xc3 \xed\xa0\x80 \xef\xbf\xbf \xcc\x81\xcc\x81");
  put("config", "all",
      "listen = \"0.0.0.0:38650\"\ndiscovery = false\naddresses = [\"a.example:1\", \"[::1]:2\"]\n"
      "notes_level = \"debug\"\njournal_limit_mib = 10\n[passphrase]\nops = 3\nmemory_kib = 65536\n");
  put("config", "unknown", "colour = 1979-05-27T07:32:00Z\n");
  put("config", "kinds", "listen = 3\n");
  put("config", "deep", "addresses = [[[{a = [1.5e3, 0x1f, inf, true]}]]]\n");
}

void invitations(const People& people) {
  const crypto::PairLink link{crypto::PairPurpose::kPartner,
                              *crypto::LinkSecret::from(Bytes(32, 9)),
                              crypto::fingerprint(people.laptop.public_keys().noise),
                              1'800'000'000,
                              {"192.0.2.1:38650", "[2001:db8::7]:1"}};
  put("invitation", "link", link.text().text());
  put("invitation", "code", "7-guitar-banana");
  put("invitation", "mistyped", " 12 Gutar bananna");
  const auto entropy = *crypto::RootEntropy::from(Bytes(32, 1));
  put("invitation", "words", crypto::words_from_entropy(entropy).text());
  put("announcement", "packet", after({0}, net::encode(net::Announcement{7, 38650})));
  put("announcement", "flood", Bytes{1, 0, 0, 1, 1, 7, 0, 0, 0, 1, 1, 8, 0, 0});
  for (const char* address : {"host", "192.0.2.7:1", "[2001:db8::7]:65535", "fe80::7%eth0", "[::1]"})
    put("announcement", std::string("address-") + address[0] + address[1], after({2}, as_bytes(address)));
}

void beacons() {
  const Bytes said{0, 0, 0, 0xfa, 0x96, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 2};
  const auto with = [&](const Bytes& fate) {
    Bytes all = said;
    append(all, fate);
    return after({1, 0}, all);
  };
  put("beacon", "member", with({0, 1}));
  put("beacon", "member-before", with({1, 1}));
  put("beacon", "bent", with({2, 30, 1, 1}));
  put("beacon", "moved", with({0, 0, 3, 1}));
  put("beacon", "noise", after({5, 1, 82}, Bytes(82, 7)));
}

// See tor.cc: 3 and a number is one of its lines.
void tors() {
  const auto lines = [](std::initializer_list<std::uint8_t> which) {
    Bytes script;
    for (const std::uint8_t line : which) append(script, Bytes{3, line, 1});
    return script;
  };
  const auto all = [](std::initializer_list<Bytes> parts) {
    Bytes whole;
    for (const Bytes& part : parts) append(whole, part);
    return whole;
  };
  const Bytes greeting = lines({0, 0, 0, 1, 0});
  put("tor", "published", all({{2}, greeting, {0, 1, 7}, {2}, lines({4, 0, 5}), {1, 0}, lines({6})}));
  put("tor", "others", all({greeting, {0, 1, 7}, {0, 2, 7, 8}, lines({4, 0, 0, 4, 0, 5}), {0, 0}, lines({0})}));
  put("tor", "starting", lines({0, 0, 0, 2, 8, 0, 9, 1, 0, 3}));
  put("tor", "refused", lines({7}));
}

// A byte says whose answer comes; see mapping.cc.
void mappings() {
  const Bytes pcp{5, 0, 0, 0, 0x10, 0x0e, 1, 7, 0, 1, 0, 0, 0x40, 0x9c, 0};
  const Bytes pmp_address{5, 1, 0, 0, 9, 0, 1, 0};
  const Bytes pmp_map{5, 1, 1, 0, 9, 0, 1, 0, 0x40, 0x9c, 0x10, 0x0e, 1};
  const Bytes upnp{0, 0, 0x40, 0x9c, 0, 0x10, 0x0e, 1};
  const Bytes later{3, 3, 3, 3};
  const auto all = [](std::initializer_list<Bytes> parts) {
    Bytes whole;
    for (const Bytes& part : parts) append(whole, part);
    return whole;
  };
  put("mapping", "pcp", all({pcp, later}));
  put("mapping", "nat-pmp", all({{1}, pmp_address, pmp_map}));
  put("mapping", "upnp", all({{1, 1}, upnp, later}));
  put("mapping", "began-anew", all({pcp, {2, 3, 24, 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5}}));
  put("mapping", "silence", Bytes(24, 3));
}

void handshakes(const People& people) {
  const Bytes introduction = net::encode({people.longer, "Ada"});
  put("handshake", "introduction", after({2}, introduction));
  put("handshake", "introduction-inner", after({3}, *crypto::unpad(introduction)));
  put("handshake", "stranger", after({0}, Bytes(48, 1)));
  for (std::uint8_t victim = 0; victim < 3; ++victim) {
    const char name[] = {'m', 'e', 'd', 'd', 'l', 'e', static_cast<char>('1' + victim), 0};
    put("handshake", name, Bytes{1, victim, 40, 0, 3, 0});
  }
  put("channel", "line", Bytes{0, 0, 9, 'x', 1, 4, 0, 200, 'y', 1, 4, 0, 8, 0, 255, 'z', 1, 4, 1, 4, 1, 3});
  put("channel", "liar", after({1}, after({3, 0, 0, 'a', 'b', 0, 3, 0, 1, 'c', 'd', 0}, {})));
  for (std::uint8_t kind = 0; kind < 6; ++kind) {
    const char name[] = {'k', static_cast<char>('0' + kind), 0};
    put("record", name, after({kind, 1, 0, 0, 3, 1, 2}, {}));
  }
  put("record", "genesis", after({4}, people.genesis.encode()));
  put("record", "certificate", after({3, 0, 0, 0, 5}, people.chain[0].body));
  Bytes run{2};
  for (std::uint8_t i = 2; i < 12; ++i) append(run, Bytes{i, 7});
  put("run", "whole", run);
  put("run", "bodies", Bytes{0, 0, 0, 1, 7, 2, 3, 40, 9});
}

void vaults(const People& people) {
  const auto key = *crypto::VaultKeyFile::from(Bytes(32, 8));
  (void)key;
  put("vault", "stranger", after({0}, crypto::VaultLock::with_key_file(key).seal(as_bytes("payload"))));
  const crypto::SecretBytes passphrase(as_bytes("a passphrase"));
  put("vault", "passphrase", after({0}, crypto::VaultLock::with_passphrase(passphrase, {1, 8}).seal(as_bytes("p"))));
  put("vault", "damaged", Bytes{1, 40, 0, 3, 0});
  vault::Payload payload;
  const auto text = [](ByteView bytes) { return std::string(as_text(bytes)); };
  payload.set_device_seed(std::string(32, 3));
  auto* certificate = payload.add_chain();
  certificate->set_body(text(people.chain[0].body));
  certificate->set_signature(text(people.chain[0].signature));
  payload.set_root_sign(text(people.ada.public_keys().sign.bytes));
  payload.set_root_wrap(text(people.ada.public_keys().wrap.bytes));
  payload.set_root_psk_master(std::string(32, 5));
  payload.set_root_entropy(std::string(32, 1));
  payload.set_person_name("Ada");
  payload.set_device_name("laptop");
  auto* notebook = payload.add_journals();
  crypto::Genesis alone{{7}, people.ada.public_keys(), {}};
  notebook->set_genesis(text(alone.encode()));
  notebook->add_epochs(std::string(32, 6));
  notebook->set_name("notebook");
  put("vault", "alone", after({2}, bytes_of(payload)));
  auto* shared = payload.add_journals();
  shared->set_genesis(text(people.genesis.encode()));
  shared->add_epochs(std::string(32, 7));
  shared->add_epochs(std::string(32, 8));
  shared->set_name("Bo");
  shared->set_unacknowledged(true);
  put("vault", "two", after({2}, bytes_of(payload)));
}

void events(const People& people) {
  using namespace journal;
  const auto event = [](const std::string& name, auto payload) {
    const auto bytes = encode_event({1'795'348'800'000, 60, {{DeviceId{{1}}, 7}}, std::move(payload)});
    put("event", name, bytes.view());
  };
  event("entry", Entry{"we walked to the lake", {"lake", "us"}, Moment{1'795'000'000'000, -480, true}});
  Entry whole{"look", {"lake"}, Moment{1'795'000'000'000, 60, false}};
  whole.mood = 4;
  whole.between_us = true;
  whole.first_written = Moment{1'794'000'000'000, 60, false};
  whole.attachments = {{{5}, crypto::kChunkLength + 7, {ChunkId{{1}}, ChunkId{{2}}}, "lake.jpg", "image/jpeg"},
                       {{6}, 0, {}, "nothing", ""}};
  whole.source = Bytes(kSourceLength, 9);
  event("whole-entry", whole);
  event("remark", Remark{RecordId{{1}}, "thank", "for the soup"});
  event("reaction", Reaction{RecordId{{1}}, "\xf0\x9f\x8c\xbf"});
  event("own-practice", OwnPractice{"id = \"walk\"\ntitle = \"A walk\"\n"});
  event("wish", Wish{"pause", "2026-12-24"});
  event("pass", Pass{"appreciate", "2026-W47"});
  const Form form{
      {"connection", 4}, {"highlight", std::string("the lake")}, {"list", std::vector<std::string>{"a", "b"}}};
  event("answer", Answer{"checkin", "2026-W47", form});
  put("event", "form", encode_form(form));
  event("calendar", Calendar{"Europe/Berlin", 4, 1, 0});
  event("found", Found{{people.chain, people.longer}});
  event("device-add", DeviceAdd{people.longer, "code"});
  event("parted", Parted{JournalId{{7}}, true});
  event("device-remove", DeviceRemove{DeviceId{{1}}, 3, RecordId{{2}}, Signature{}});
  event("opening", Opening{RecordId{{1}}, {2}, {RecordId{{3}}, RecordId{{4}}}});
  const QuestionId question = crypto::round_question("checkin", "2026-W47");
  const std::vector<WrapPublic> own{people.laptop.public_keys().wrap};
  auto answer =
      crypto::seal_answer(people.genesis.id(), people.laptop.id(), question, crypto::rule_both(), as_bytes("x"), own);
  event("sealed", Sealed{"checkin", "2026-W47", answer});
  answer.rule = crypto::rule_after(1'800'000'000);
  event("letter", Sealed{"checkin", "2026-W47", answer});
  event("journal",
        JournalKept{people.genesis, *crypto::EpochSecret::from(Bytes(32, 1)), "Bo", "Bo", "partner", "code"});
  event("epoch", EpochKept{people.genesis.id(), *crypto::EpochSecret::from(Bytes(32, 2))});
}

void sessions(const People& people) {
  using namespace sync;
  const auto say = [](const std::string& name, const Bytes& message) { put("session_message", name, message); };
  Claim claim{{{people.laptop.id(), 4, RecordId{{1}}}, {people.desk.id(), 9, RecordId{{2}}}}, {}};
  std::sort(claim.entries.begin(), claim.entries.end(), [](auto& a, auto& b) { return a.device < b.device; });
  claim.missing[people.desk.id()] = {1, 5, 9};
  say("hello",
      encode(
          Hello{kVersion, people.laptop.id(), 1'795'348'800'000, {"192.0.2.7:38650", "[::1]:5"}, claim, true, true}));
  say("claim", encode(claim));
  say("certs", encode(Certs{{people.chain, people.longer}}));
  crypto::Record record;
  record.body = Bytes(30, 'x');
  say("run", encode(Run{people.desk.id(), 1, {record, crypto::Record{}}}));
  say("body-want", encode(BodyWant{people.desk.id(), {1, 2, 9}}));
  say("head-want", encode(HeadWant{people.desk.id(), 7, 3}));
  say("heads", encode(Heads{people.desk.id(), 7, {record.head, record.head}}));
  say("fork", encode(store::ForkProof{people.desk.id(), 7, {record.head}, {record.head}}));
  say("blob-want", encode(BlobWant{{ChunkId{{3}}, ChunkId{{4}}}}));
  say("blob-give", encode(BlobGive{ChunkId{{3}}, Bytes(300, 'c')}));
  say("blob-none", encode(BlobGive{ChunkId{{4}}, std::nullopt}));
  say("ping", encode(Ping{}));
  say("bye", encode(Bye{3}));
  say("epoch-want", encode(EpochWant{{EpochId{{5}}, EpochId{{6}}}}));
  EpochGive give;
  give.secrets.assign(2, ByteArray<32>{7});
  say("epoch-give", encode(give));
  say("newer", Bytes{0x7a, 0x00});

  // Each step of a script is what to do (times two, and one more for the other side) and what that reads.
  const std::uint8_t flow = 4;
  put("session", "honest", Bytes{0x07, flow, flow, flow});
  put("session", "written", Bytes{0x00, flow, 18, 2, 20, flow, 19, 1, 9, flow, flow});
  put("session", "forked", Bytes{0x09, flow, flow, flow, flow});
  put("session", "careless", Bytes{0x43, flow, flow, flow, 20, flow});
  put("session", "bodies", Bytes{0x31, flow, flow, flow, flow});
  put("session", "damaged", Bytes{0x03, flow, 6, 5, 0, 1, 0, flow, 20, flow});
  put("session", "branch", Bytes{0x03, flow, 30, 1, 0, 0, 1, 1, 1, flow, flow});
  put("session", "epochs",
      Bytes{0x03, flow, 14, 0, 1, 1, 0, 0, 7, flow, 14, 11, 3, 0, 1, 2, 3, 1, flow, 15, 12, 2, 1, 3, 5, 1, flow});
  for (std::uint8_t lie = 0; lie < 9; ++lie) {
    const char name[] = {'l', 'i', 'e', static_cast<char>('0' + lie), 0};
    put("session", name,
        Bytes{0x07, flow, 14, lie, 1, 2, 0, 3, 1, 255, 1, 1, 2, 0, flow, 15, lie, 0, 1, 254, 2, 1, flow});
  }
}

void recorded(const std::filesystem::path& recording) {
  std::ifstream in(recording);
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("said ")) continue;
    const auto bytes = from_hex(line.substr(5));
    if (bytes) put("session_message", "recorded" + std::to_string(++number), *bytes);
  }
}

void pairings() {
  // A step is a line's number less one, what to do, and what that reads; 17 carries everything both ways.
  put("pairing", "by-code", Bytes{0, 1, 0, 0, 0, 0, 0, 17, 0, 17, 0, 17, 0, 17, 0, 17});
  put("pairing", "by-link", Bytes{1, 0, 0, 0, 0, 17, 0, 17, 0, 17, 0, 17, 0, 17});
  put("pairing", "wrong", Bytes{0, 0, 0, 0, 0, 0, 0, 17, 0, 17, 0, 17, 0, 17});
  put("pairing", "announced", Bytes{0, 1, 1, 0, 11, 0, 0, 5, 5, 1, 0, 14, 8, 0, 0, 0, 0, 17, 0, 17, 0, 17, 0, 17});
  put("pairing", "meddled", Bytes{0, 1, 0, 0, 0, 0, 0, 17, 0, 5, 9, 0, 1, 0, 0, 17});
  put("pairing", "unreachable", Bytes{0, 1, 0, 0, 0, 7, 0, 14, 255});
  put("pairing", "cancelled", Bytes{0, 1, 0, 0, 0, 0, 0, 17, 0, 15, 0, 0, 17});
  for (std::uint8_t victim = 0; victim < 4; ++victim) {
    const char name[] = {'v', static_cast<char>('0' + victim), 0};
    put("founding", name, Bytes{victim, 1, 0, 40, 0, 3, 0});
    put("arrival", name, Bytes{victim, 1, 0, 40, 0, 3, 0});
    put("readmission", name, Bytes{victim, 1, 0, 40, 0, 3, 0});
  }
  wire::PairFrame no;
  no.mutable_approval()->set_accepted(false);
  put("founding", "no", after({0, 0}, bytes_of(no)));
  put("arrival", "no", after({0, 0}, bytes_of(no)));
  put("readmission", "no", after({1, 0}, bytes_of(no)));
  wire::PairFrame stored;
  stored.mutable_stored();
  put("founding", "stored", after({3, 0}, bytes_of(stored)));
  put("arrival", "stored", after({1, 0}, bytes_of(stored)));
  put("readmission", "stored", after({2, 0}, bytes_of(stored)));
}

void requests() {
  using control::Request;
  Bytes everything;
  const auto ask = [&](const std::string& name, const std::function<void(Request&)>& fill) {
    Request request;
    request.set_version(1);
    fill(request);
    const Bytes one = chunk(bytes_of(request));
    put("control", name, after({0, 255}, one));
    if (everything.size() < 400) append(everything, one);
  };
  ask("status", [](Request& r) { r.mutable_status(); });
  ask("write", [](Request& r) {
    r.set_request_id(std::string(16, 'i'));
    r.mutable_write()->set_text("words");
    r.mutable_write()->add_tags("#lake");
    r.mutable_write()->set_on("yesterday");
  });
  ask("write-private", [](Request& r) {
    r.mutable_write()->set_text("words");
    r.mutable_write()->set_private_entry(true);
    r.mutable_write()->set_on("2026-11-20T21:14");
  });
  ask("list", [](Request& r) {
    r.mutable_list()->set_limit(2);
    r.mutable_list()->set_from("me");
    r.mutable_list()->set_since("2026-01-01");
    r.mutable_list()->set_until("2026-12-31");
    r.mutable_list()->set_tag("lake");
    r.mutable_list()->set_kind("entry");
  });
  ask("list-seen", [](Request& r) { r.mutable_list()->set_seen(true); });
  ask("show", [](Request& r) { r.mutable_show()->set_id("last"); });
  ask("form", [](Request& r) {
    r.mutable_answer_form()->set_practice("checkin");
    auto* field = r.mutable_answer_form()->add_fields();
    field->set_id("connection");
    field->set_number(4);
    field = r.mutable_answer_form()->add_fields();
    field->set_id("highlight");
    field->set_text("the lake");
  });
  ask("rounds", [](Request& r) { r.mutable_rounds()->set_current_only(true); });
  ask("watch", [](Request& r) { r.mutable_watch()->set_backlog(true); });
  ask("sync", [](Request& r) {
    r.mutable_sync()->set_wait(true);
    r.mutable_sync()->set_timeout_seconds(4'000'000'000);
  });
  ask("pair", [](Request& r) { r.mutable_pair(); });
  ask("decision", [](Request& r) { r.mutable_pair_decision()->set_accept(true); });
  ask("words", [](Request& r) {
    r.mutable_words()->set_confirm(true);
    for (const std::uint32_t place : {1U, 2U, 24U}) (*r.mutable_words()->mutable_proof())[place] = "abandon";
  });
  ask("today", [](Request& r) { r.mutable_today(); });
  ask("doctor", [](Request& r) { r.mutable_doctor(); });
  ask("configure", [](Request& r) { r.mutable_configure()->set_write_to("notebook"); });
  ask("lock", [](Request& r) { r.mutable_lock(); });
  ask("passphrase", [](Request& r) { r.mutable_passphrase()->set_replacement("secret"); });
  ask("init", [](Request& r) { r.mutable_init()->set_passphrase("secret"); });
  ask("unlock", [](Request& r) { r.mutable_unlock()->set_passphrase("secret"); });
  Request init;
  init.set_version(1);
  init.mutable_init()->set_name("Ada");
  put("control", "init-fresh", after({15, 255}, chunk(bytes_of(init))));
  put("control", "everything", after({0, 5}, everything));
  put("control", "locked", after({8, 255}, everything));
  put("control", "fresh", after({15, 255}, everything));
}

void replies() {
  using control::Reply;
  const auto say = [](const std::string& name, const std::function<void(Reply&)>& fill) {
    Reply reply;
    reply.set_last(true);
    fill(reply);
    put("reply", name, bytes_of(reply));
  };
  const auto furnish = [](control::Item& item) {
    item.set_id("3fa9c2d1");
    item.set_author("Bo");
    item.set_written_at("2026-11-22T21:14:05+01:00");
    item.set_text("we walked\n\x1b[2Jto the lake \u202e");
    item.add_tags("lake");
    item.set_on("2026-11-20");
    item.mutable_delivery()->set_state("delivered");
    item.mutable_delivery()->set_person("Bo");
    item.mutable_delivery()->set_device("Bo's laptop");
    item.mutable_delivery()->set_at("2026-11-22T21:14:05+01:00");
  };
  say("item", [&](Reply& r) { furnish(*r.mutable_item()); });
  for (const char* kind : {"unreadable", "newer", "answer"}) {
    say(std::string("kind-") + kind, [&](Reply& r) {
      furnish(*r.mutable_item());
      r.mutable_item()->set_kind(kind);
      r.mutable_item()->set_answer_state("wrong key");
    });
  }
  say("answer", [&](Reply& r) {
    furnish(*r.mutable_item());
    r.mutable_item()->set_kind("answer");
    r.mutable_item()->set_practice("checkin");
    r.mutable_item()->set_period("2026-W47");
    r.mutable_item()->set_answer_state("readable");
    r.mutable_item()->add_fields()->set_number(4);
    r.mutable_item()->add_fields()->add_items("one");
  });
  say("round", [&](Reply& r) {
    r.mutable_round()->set_state("both are in");
    r.mutable_round()->set_practice("checkin");
    r.mutable_round()->set_period("2026-W47");
    r.mutable_round()->set_mine_in(true);
    furnish(*r.mutable_round()->add_answers());
  });
  say("status", [](Reply& r) {
    for (const char* warning : {"clock:Bo:-12", "fork:0123456789abcdef", "words-unconfirmed", "new-one:\x1b[2J"})
      r.mutable_status()->add_warnings(warning);
    r.mutable_status()->add_peers()->set_state("no answer");
    r.mutable_status()->add_journals()->set_kind("shared");
  });
  say("doctor", [](Reply& r) { r.mutable_doctor()->add_findings()->set_code("port-taken"); });
  say("today", [&](Reply& r) { furnish(*r.mutable_today()->add_news()); });
  say("sync", [](Reply& r) { r.mutable_sync()->add_peers()->set_since("2026-11-22T21:14:05+01:00"); });
  say("watch", [&](Reply& r) { furnish(*r.mutable_watch()->mutable_item()); });
  for (int code = 0; code < 40; ++code) {
    if (!control::Error::Code_IsValid(code)) continue;
    say("error" + std::to_string(code), [&](Reply& r) {
      r.mutable_error()->set_code(static_cast<control::Error::Code>(code));
      r.mutable_error()->set_detail("\x1b]0;a title\x07");
    });
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***);

namespace {

// Behind how long a piece is and what is done with it: tests/fuzz/bundle.cc.
void bundles(const People& people) {
  const auto file = [](std::string_view magic) {
    Bytes bytes = to_bytes(as_bytes(magic));
    bytes.resize(500);
    return bytes;
  };
  put("bundle", "foreign", after({0xff, 0xff, 0}, file("DUOLOGB1")));
  put("bundle", "newer", after({0x40, 0, 0}, file("DUOLOGB2")));
  put("bundle", "backup", after({3, 0, 0}, file("DUOLOGK1")));
  put("bundle", "whole", after({0xff, 0xff, 1}, {}));
  put("bundle", "bent", after({0xff, 0xff, 1, 1, 200, 3, 7}, {}));
  put("bundle", "cut", after({0xff, 0xff, 1, 3, 200, 30}, {}));
  const auto says = [](const Bytes& message) { return after({0xff, 0xff, 2, 1, 1}, chunk(message)); };
  put("bundle", "chains", says(sync::encode(sync::Certs{{people.chain, people.longer}})));
  put("bundle", "piece", says(sync::encode(sync::BlobGive{ChunkId(), Bytes(40, 1)})));
  put("bundle", "again", says(sync::encode(sync::GenesisTold{people.genesis.encode()})));
  put("bundle", "question", says(sync::encode(sync::BodyWant{people.laptop.id(), {1}})));
  put("bundle", "length", after({0xff, 0xff, 2, 1, 0}, Bytes{0xff, 0xff, 0xff, 0x7f}));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  LLVMFuzzerInitialize(nullptr, nullptr);
  folder = arguments[1];
  const People people;
  frames();
  texts();
  invitations(people);
  beacons();
  mappings();
  tors();
  handshakes(people);
  vaults(people);
  events(people);
  sessions(people);
  bundles(people);
  recorded(arguments[2]);
  pairings();
  requests();
  replies();
  return 0;
}
