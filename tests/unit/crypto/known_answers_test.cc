// known_answers_test.cc: every construction against kat.json, byte for byte. The numbers given to ScriptedRandom are
// the places in the model's sequence of draws where it made the same thing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/beacon.h"
#include "crypto/certificate.h"
#include "crypto/epoch.h"
#include "crypto/noise_primitives.h"
#include "crypto/pairing.h"
#include "crypto/record.h"
#include "crypto/sealed_answer.h"
#include "crypto/vault.h"
#include "crypto/wordlist.h"
#include "scripted_random.h"
#include "vectors.h"

namespace duolog::crypto::testing {
namespace {

class KnownAnswers : public ::testing::Test {
 protected:
  RootKeys anna_{kat_as<RootEntropy>("/keys/root_entropy_A")};
  RootKeys ben_{kat_as<RootEntropy>("/seeds/root_entropy_B")};
  DeviceKeys laptop_{kat_as<DeviceSeed>("/keys/dev_seed_a1")};
  DeviceKeys desktop_{kat_as<DeviceSeed>("/seeds/dev_seed_b1")};
  DeviceKeys phone_{kat_as<DeviceSeed>("/seeds/dev_seed_a2")};
  JournalId journal_ = kat_as<JournalId>("/keys/journal_id");
  Bytes nonce_ = model_draw(6, 32);

  static Bytes body(int i) { return kat("/records/" + std::to_string(i) + "/body"); }
  static Bytes head(int i) { return kat("/records/" + std::to_string(i) + "/header_sig"); }
  static RecordId id(int i) { return kat_as<RecordId>("/records/" + std::to_string(i) + "/rec_id"); }
  static EpochId epoch(int i) { return kat_as<EpochId>("/epochs/" + std::to_string(i) + "/id"); }
  static EpochSecret secret(int i) { return kat_as<EpochSecret>("/epochs/" + std::to_string(i) + "/secret"); }
  static Record record(int i) {
    Record record;
    const Bytes bytes = head(i);
    std::copy(bytes.begin(), bytes.end(), record.head.begin());
    record.body = body(i);
    return record;
  }

  // Members of an epoch: what kat.json lists, in another order, so that sorting shows.
  static EpochMeta meta(int i, std::size_t members, std::vector<DeviceId> gone) {
    EpochMeta meta;
    for (std::size_t m = members; m-- > 0;)
      meta.members.push_back(kat_as<Hash>("/epochs/" + std::to_string(i) + "/members/" + std::to_string(m)));
    meta.gone = gone_digest(gone);
    return meta;
  }

  [[nodiscard]] ChainPosition after(int i) const {
    return i < 0 ? ChainPosition{1, first_prev(journal_, laptop_.id())}
                 : ChainPosition{static_cast<std::uint64_t>(i) + 2, id(i)};
  }

  void expect_record(const Record& made, int i) const {
    EXPECT_EQ(hex(made.head), hex(head(i)));
    EXPECT_EQ(hex(*made.body), hex(body(i)));
    EXPECT_EQ(record_id(journal_, made.head), id(i));
  }

  // An event appended by the laptop under epoch `e`, its nonce the model's draw `draw`.
  void expect_event(int i, int e, std::uint64_t draw, std::string_view text) const {
    const ScriptedRandom random(draws(draw, draw));
    expect_record(make_event_record(journal_, laptop_, RecordKind::kEvent, after(i - 1), epoch(e),
                                    record_key(secret(e), laptop_.id()), as_bytes(text)),
                  i);
  }

  void expect_epoch(int i, int e, std::vector<EpochRecipient> recipients, EpochMeta meta,
                    const std::vector<std::uint64_t>& drawn) const {
    const ScriptedRandom random(drawn);
    Bytes made = make_epoch(journal_, secret(e), static_cast<std::uint32_t>(e), recipients, std::move(meta));
    expect_record(make_epoch_record(journal_, laptop_, after(i - 1), epoch(e), std::move(made)), i);
  }
};

TEST_F(KnownAnswers, TheScriptIsTheModelsSequence) {
  EXPECT_EQ(model_draw(1, 32), kat("/keys/root_entropy_A"));
  EXPECT_EQ(model_draw(44, 32), kat("/epochs/2/secret"));
  EXPECT_EQ(model_draw(118, 32), kat("/pair_link/S"));
}

TEST_F(KnownAnswers, HashAndKdf) {
  const Bytes one{1};
  const Bytes two{2, 3};
  EXPECT_EQ(hex(hash_bytes("t", {one, two})), kat_text("/kdf/H(\"t\",01,0203)"));
  EXPECT_EQ(hex(kdf<LocalKey>(kat("/kdf/key"), "t", {one, two}).view()), kat_text("/kdf/KDF(key,\"t\",01,0203)"));
}

TEST_F(KnownAnswers, KeysOfPersonAndDevice) {
  EXPECT_EQ(hex(anna_.public_keys().sign.bytes), kat_text("/keys/root_sign_pk_A"));
  EXPECT_EQ(hex(anna_.public_keys().wrap.bytes), kat_text("/keys/root_wrap_pk_A"));
  EXPECT_EQ(hex(root_psk(anna_.psk_master(), nonce_).view()), kat_text("/keys/root_psk_A"));
  EXPECT_EQ(hex(laptop_.public_keys().sign.bytes), kat_text("/keys/dev_sign_pk_a1"));
  EXPECT_EQ(hex(laptop_.public_keys().noise.bytes), kat_text("/keys/dev_noise_pk_a1"));
  EXPECT_EQ(hex(laptop_.public_keys().wrap.bytes), kat_text("/keys/dev_wrap_pk_a1"));
  EXPECT_EQ(hex(laptop_.id().bytes), kat_text("/keys/dev_id_a1"));
  EXPECT_EQ(hex(laptop_.local_key("local.view").view()), kat_text("/derived/local_view_a1"));
}

TEST_F(KnownAnswers, GenesisOfTwoAndOfOne) {
  Genesis two{{}, anna_.public_keys(), ben_.public_keys()};
  std::copy(nonce_.begin(), nonce_.end(), two.nonce.begin());
  EXPECT_EQ(hex(two.encode()), kat_text("/keys/genesis"));
  EXPECT_EQ(two.id(), journal_);

  Genesis one{{}, anna_.public_keys(), std::nullopt};
  const Bytes nonce = model_draw(97, 32);
  std::copy(nonce.begin(), nonce.end(), one.nonce.begin());
  EXPECT_EQ(hex(one.encode()), kat_text("/private_notebook/genesis"));
  EXPECT_EQ(hex(one.id().bytes), kat_text("/private_notebook/journal_id"));
  EXPECT_EQ(hex(root_psk(anna_.psk_master(), one.nonce).view()), kat_text("/private_notebook/root_psk_A"));
}

TEST_F(KnownAnswers, CertificatesByRootAndByDevice) {
  const Certificate first = certify(anna_, laptop_.public_keys(), 1700000000, "Anna's laptop");
  EXPECT_EQ(hex(first.body), kat_text("/keys/cert_body_a1"));
  EXPECT_EQ(hex(first.signature), kat_text("/keys/cert_sig_a1"));
  const Certificate second = certify(laptop_, phone_.public_keys(), 1700000500, "Anna's old phone");
  EXPECT_EQ(hex(second.body), kat_text("/device_cert/body"));
  EXPECT_EQ(hex(second.signature), kat_text("/device_cert/sig"));
}

TEST_F(KnownAnswers, RootSignedRevocation) {
  const RecordId cut = *RecordId::from(kat("/root_revoke/cut_rec_id"));
  const Signature signature = revoke(anna_, journal_, phone_.id(), 3, cut);
  EXPECT_EQ(hex(signature), kat_text("/root_revoke/sig"));
  EXPECT_TRUE(revocation_holds(anna_.public_keys(), signature, journal_, phone_.id(), 3, cut));
}

TEST_F(KnownAnswers, EpochZeroForTheTwoRoots) {
  const SlotPsk anna = root_psk(anna_.psk_master(), nonce_);
  const SlotPsk ben = root_psk(ben_.psk_master(), nonce_);
  expect_epoch(0, 0, {{anna_.public_keys().wrap, &anna}, {ben_.public_keys().wrap, &ben}}, meta(0, 2, {}),
               draws(8, 25));
}

TEST_F(KnownAnswers, EpochOneForAllDevicesAndRoots) {
  const SlotPsk psk = epoch_psk(secret(0));
  expect_epoch(2, 1,
               {{laptop_.public_keys().wrap, &psk},
                {desktop_.public_keys().wrap, &psk},
                {phone_.public_keys().wrap, &psk},
                {anna_.public_keys().wrap, &psk},
                {ben_.public_keys().wrap, &psk}},
               meta(1, 5, {}), draws(28, 42));
}

TEST_F(KnownAnswers, EpochTwoWithoutTheRemovedPhone) {
  const SlotPsk psk = epoch_psk(secret(0));
  expect_epoch(4, 2,
               {{laptop_.public_keys().wrap, &psk},
                {desktop_.public_keys().wrap, &psk},
                {anna_.public_keys().wrap, &psk},
                {ben_.public_keys().wrap, &psk}},
               meta(2, 4, {phone_.id()}), draws(45, 60));
}

TEST_F(KnownAnswers, EpochOfANotebook) {
  const auto journal = kat_as<JournalId>("/private_notebook/journal_id");
  const auto zero = kat_as<EpochSecret>("/private_notebook/epoch0_secret");
  const auto psk = kat_as<SlotPsk>("/private_notebook/root_psk_A");
  const std::vector<EpochRecipient> root{{anna_.public_keys().wrap, &psk}};
  const ScriptedRandom random(draws(99, 117));
  const Bytes made = make_epoch(journal, zero, 0, root, {{{anna_.public_keys().id().bytes}}, gone_digest({})});
  EXPECT_EQ(hex(made), kat_text("/private_notebook/epoch0_body"));
  EXPECT_EQ(hex(epoch_id(journal, zero).bytes), kat_text("/private_notebook/epoch0_id"));
}

TEST_F(KnownAnswers, EventsInTheirEpochs) {
  expect_event(1, 0, 26, "hello journal");
  expect_event(3, 1, 43, "zweiter Eintrag äöü");
  expect_event(5, 2, 61, "after revoking the old phone");
}

TEST_F(KnownAnswers, TheForkOfARestoredDevice) {
  const ScriptedRandom random(draws(66, 66));
  const Record made = make_event_record(journal_, laptop_, RecordKind::kEvent, after(4), epoch(2),
                                        record_key(secret(2), laptop_.id()), as_bytes("written after a restore"));
  EXPECT_EQ(hex(made.head), kat_text("/fork/header_sig"));
  EXPECT_EQ(hex(*made.body), kat_text("/fork/body"));
  EXPECT_EQ(hex(record_id(journal_, made.head).bytes), kat_text("/fork/rec_id"));
}

TEST_F(KnownAnswers, TheWholeRunIsVerifiedByItsLastSignature) {
  std::vector<Record> run;
  for (int i = 0; i < 6; ++i) run.push_back(record(i));
  const auto result = verify_run(journal_, laptop_.id(), laptop_.public_keys().sign, after(-1), run);
  const auto* verified = std::get_if<VerifiedRun>(&result);
  ASSERT_NE(verified, nullptr) << describe(std::get<RunFault>(result));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(verified->ids[static_cast<std::size_t>(i)], id(i));
}

TEST_F(KnownAnswers, RecoveryFromTheWordsAlone) {
  const auto zero = open_epoch(journal_, epoch(0), body(0), ben_.wrap(), root_psk(ben_.psk_master(), nonce_));
  ASSERT_TRUE(zero && *zero == secret(0));
  const auto two = open_epoch(journal_, epoch(2), body(4), ben_.wrap(), epoch_psk(*zero));
  ASSERT_TRUE(two && *two == secret(2));
  const auto text = open_record(journal_, record_key(*two, laptop_.id()), record(5).head, body(5));
  ASSERT_TRUE(text);
  EXPECT_EQ(as_text(*text), "after revoking the old phone");
}

TEST_F(KnownAnswers, TheRemovedPhoneFindsNoSlot) {
  const SlotPsk psk = epoch_psk(secret(0));
  EXPECT_TRUE(open_epoch(journal_, epoch(1), body(2), phone_.wrap(), psk));
  EXPECT_FALSE(open_epoch(journal_, epoch(2), body(4), phone_.wrap(), psk));
}

TEST_F(KnownAnswers, MembersAndWhoIsGone) {
  const auto opened = open_epoch_meta(journal_, epoch(2), secret(2), body(4));
  ASSERT_TRUE(opened);
  ASSERT_EQ(opened->members.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(hex(opened->members[i].bytes), kat_text("/epochs/2/members/" + std::to_string(i)));
  EXPECT_EQ(hex(opened->gone.bytes), kat_text("/epochs/2/gone"));
  EXPECT_EQ(epoch_depth(body(4)), 2U);
}

TEST_F(KnownAnswers, WhatFollowsFromAnEpochsSecret) {
  for (int i = 0; i < 3; ++i) {
    const std::string at = "/epochs/" + std::to_string(i);
    EXPECT_EQ(hex(net_psk(secret(i)).view()), kat_text(at + "/net_psk"));
    EXPECT_EQ(hex(beacon_key(secret(i)).view()), kat_text(at + "/beacon_key"));
    EXPECT_EQ(epoch_id(journal_, secret(i)), epoch(i));
  }
  EXPECT_EQ(hex(kdf<LocalKey>(secret(0).view(), "question").view()), kat_text("/derived/question_seed"));
  EXPECT_EQ(hex(kdf<LocalKey>(secret(2).view(), "bundle").view()), kat_text("/derived/bundle_key_E2"));
}

TEST_F(KnownAnswers, ABeacon) {
  const BeaconKey key = beacon_key(secret(2));
  EXPECT_EQ(hex(key.view()), kat_text("/beacon/key"));
  const Bytes text = kat("/beacon/plaintext");
  Beacon beacon{1'700'000'000 / 60, 41'234, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 1, 23}, {}};
  std::ranges::copy(laptop_.id().view().first(kBeaconDeviceLength), beacon.device.begin());
  ASSERT_EQ(read_u64(text), beacon.minute);
  const ScriptedRandom random(draws(78, 78));
  EXPECT_EQ(hex(seal_beacon(key, beacon)), kat_text("/beacon/packet"));
  EXPECT_EQ(open_beacon(key, kat("/beacon/packet")), beacon);
}

TEST_F(KnownAnswers, ASealedAnswer) {
  const std::vector<WrapPublic> own{laptop_.public_keys().wrap, anna_.public_keys().wrap};
  const auto question = kat_as<QuestionId>("/sealed/question");
  const ScriptedRandom random(draws(67, 76));
  const SealedAnswer made = seal_answer(journal_, laptop_.id(), question, rule_both(), kat("/sealed/plaintext"), own);
  EXPECT_EQ(hex(made.rule), kat_text("/sealed/rule"));
  EXPECT_EQ(hex(made.commit.bytes), kat_text("/sealed/commit"));
  EXPECT_EQ(hex(made.ciphertext), kat_text("/sealed/ct"));
  EXPECT_EQ(hex(made.ephemeral), kat_text("/sealed/epk"));
  ASSERT_EQ(made.slots.size(), kAnswerSlots);
  for (std::size_t i = 0; i < kAnswerSlots; ++i)
    EXPECT_EQ(hex(made.slots[i]), kat_text("/sealed/slots/" + std::to_string(i)));
}

TEST_F(KnownAnswers, ASealedAnswerOpensWithItsKeyAlone) {
  SealedAnswer answer{kat_as<QuestionId>("/sealed/question"),
                      kat("/sealed/rule"),
                      kat_as<Hash>("/sealed/commit"),
                      kat("/sealed/ct"),
                      {},
                      {}};
  const OpenedAnswer opened = open_answer(journal_, laptop_.id(), answer, kat("/sealed/k"));
  EXPECT_EQ(opened.verdict, Opening::kOpened);
  EXPECT_EQ(opened.text, kat("/sealed/plaintext"));
  EXPECT_EQ(open_answer(journal_, desktop_.id(), answer, kat("/sealed/k")).verdict, Opening::kWrongKey);
}

TEST_F(KnownAnswers, TheRuleOfADate) {
  EXPECT_EQ(hex(rule_after(1893456000)), kat_text("/derived/rule_after_2030"));
  EXPECT_EQ(decode_rule(kat("/derived/rule_after_2030")), (SealRule{false, 1893456000U}));
}

// Runs a handshake of three messages with empty payloads and compares each with what stands at `at`.
void expect_handshake(Handshake& initiator, Handshake& responder, const std::string& at,
                      const std::array<std::string, 2>& names) {
  const Bytes second = responder.write({});
  EXPECT_EQ(hex(second), kat_text(at + names[0]));
  ASSERT_TRUE(initiator.read(second));
  const Bytes third = initiator.write({});
  EXPECT_EQ(hex(third), kat_text(at + names[1]));
  ASSERT_TRUE(responder.read(third));
  EXPECT_EQ(initiator.channel_binding(), responder.channel_binding());
}

TEST_F(KnownAnswers, PeersShakeHandsAndSendTheFirstFrame) {
  EXPECT_EQ(hex(prologue('P', {journal_.bytes})), kat_text("/peer_handshake/prologue"));
  const PreparedPsk psk(prologue('P', {journal_.bytes}), net_psk(secret(2)));
  const ScriptedRandom random(draws(79, 80));
  Handshake caller = Handshake::initiate(psk, laptop_.noise());
  const Bytes first = caller.write({});
  EXPECT_EQ(hex(first), kat_text("/peer_handshake/msg1"));
  auto answerer = Handshake::answer(psk, desktop_.noise(), first);
  ASSERT_TRUE(answerer);
  expect_handshake(caller, *answerer, "/peer_handshake", {"/msg2", "/msg3"});
  EXPECT_EQ(hex(caller.channel_binding()), kat_text("/peer_handshake/h"));
  EXPECT_EQ(caller.remote(), desktop_.public_keys().noise);
  EXPECT_EQ(answerer->remote(), laptop_.public_keys().noise);

  ChannelKeys keys = caller.split();
  EXPECT_EQ(hex(keys.send.view()), kat_text("/peer_handshake/k_i2r"));
  EXPECT_EQ(hex(keys.receive.view()), kat_text("/peer_handshake/k_r2i"));
  Channel channel(std::move(keys));
  Bytes frame;
  channel.seal(kat("/transport/first_i2r_message"), [&](ByteView message) {
    frame = {static_cast<std::uint8_t>(message.size() >> 8), static_cast<std::uint8_t>(message.size() & 0xff)};
    append(frame, message);
  });
  EXPECT_EQ(hex(frame), kat_text("/transport/first_i2r_frame"));
}

TEST_F(KnownAnswers, PairingByCode) {
  const PairCode code{7, "guitar", "banana"};
  const ScriptedRandom random({82, 83, 84, 85, 87, 86});  // the model draws the host's ephemeral key first
  CodeJoiner joiner(PairPurpose::kPartner, code, desktop_.noise());
  CodeHost host(PairPurpose::kPartner, code, laptop_.noise());
  EXPECT_EQ(hex(joiner.greeting()), kat_text("/pair_code/na"));
  const auto offer = host.offer(joiner.greeting());
  ASSERT_TRUE(offer);
  EXPECT_EQ(hex(*offer), kat_text("/pair_code/nb") + kat_text("/pair_code/Y_host"));
  const auto guess = joiner.guess(*offer);
  ASSERT_TRUE(guess);
  EXPECT_EQ(hex(*guess), kat_text("/pair_code/Y_joiner") + kat_text("/pair_code/noise1"));
  ASSERT_EQ(host.judge(*guess), CodeHost::Guess::kGood);
  expect_handshake(joiner.handshake(), host.handshake(), "/pair_code", {"/noise2", "/noise3"});

  const auto binding = host.handshake().channel_binding();
  EXPECT_EQ(hex(genesis_nonce(binding)), kat_text("/pair_code/genesis_nonce"));
  const auto words = comparison_words(binding);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(words[i], kWords[std::stoul(kat_text("/pair_code/sas_word_indices/" + std::to_string(i)))]);
}

TEST_F(KnownAnswers, TheStepsOfCPace) {
  const Bytes generator = to_bytes(cpace_generator(kat("/pair_code/PRS"), kat("/pair_code/CI"), kat("/pair_code/sid")));
  ByteArray<32> out{};
  ASSERT_TRUE(cpace_multiply(out, kat("/pair_code/y_host"), generator));
  EXPECT_EQ(hex(out), kat_text("/pair_code/Y_host"));
  ASSERT_TRUE(cpace_multiply(out, kat("/pair_code/y_host"), kat("/pair_code/Y_joiner")));
  const CPaceKey key =
      cpace_key(kat("/pair_code/sid"), out, kat("/pair_code/Y_host"), {}, kat("/pair_code/Y_joiner"), {});
  EXPECT_EQ(hex(key.view()), kat_text("/pair_code/ISK"));
  EXPECT_EQ(hex(kdf<HandshakePsk>(key.view(), "pair.psk").view()), kat_text("/pair_code/pair_psk"));
}

TEST_F(KnownAnswers, PairingByLink) {
  const PreparedPsk psk = prepare_link(PairPurpose::kPartner, kat_as<LinkSecret>("/pair_link/S"));
  const ScriptedRandom random(std::vector<std::uint64_t>{120, 119});
  Handshake joiner = Handshake::initiate(psk, desktop_.noise());
  const Bytes first = joiner.write({});
  EXPECT_EQ(hex(first), kat_text("/pair_link/noise1"));
  auto host = Handshake::answer(psk, laptop_.noise(), first);
  ASSERT_TRUE(host);
  expect_handshake(joiner, *host, "/pair_link", {"/noise2", "/noise3"});
  EXPECT_EQ(hex(joiner.channel_binding()), kat_text("/pair_link/h"));
  EXPECT_EQ(hex(fingerprint(joiner.remote())), kat_text("/pair_link/host_fingerprint"));
}

TEST_F(KnownAnswers, TheVault) {
  const SecretBytes passphrase(as_bytes(kat_text("/vault/passphrase")));
  const ScriptedRandom random(draws(121, 122));
  const VaultLock lock = VaultLock::with_passphrase(passphrase, {3, 8 << 10});
  EXPECT_EQ(hex(lock.seal(kat("/vault/payload"))), kat_text("/vault/file"));
  const auto payload = lock.open(kat("/vault/file"));
  ASSERT_TRUE(payload);
  EXPECT_EQ(hex(payload->view()), kat_text("/vault/payload"));
}

}  // namespace
}  // namespace duolog::crypto::testing
