// liar.h: Bo plays false with what is sealed; what Ada is shown and told of it, and that both go on afterwards.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/journal/two_people.h"

namespace duolog::journal {

inline constexpr const char* kWeek = "2026-W47";
inline constexpr std::int64_t kFarAhead = 1'900'000'000;  // seconds: 2030

// Bo lies. What he seals for nobody, his own device cannot open by itself: he alone says when it opens, and with what.
class ALiar : public TwoPeople {
 protected:
  static Form words(const std::string& text) { return {{"highlight", text}}; }
  Sealed seal(const std::string& text, const crypto::SealRule& rule = {true, std::nullopt}) {
    return seal_in("checkin", kWeek, text, crypto::encode_rule(rule));
  }
  // Slots for the keys of `elsewhere_`, which is a device that Bo has beside this one.
  Sealed seal_in(const std::string& practice, const std::string& period, const std::string& text, ByteView rule) {
    const std::vector<WrapPublic> own{elsewhere_.public_keys().wrap};
    return {practice, period,
            crypto::seal_answer(bo.shared(), bo.device(), crypto::round_question(practice, period), rule,
                                encode_form(words(text)), own),
            crypto::decode_rule(rule).value_or(crypto::SealRule{})};
  }
  Opening open(const RecordId& id, const Sealed& sealed, std::vector<RecordId> counted = {}) {
    Opening opening{id, {}, std::move(counted)};
    const auto key = crypto::answer_key(bo.shared(), sealed.answer, elsewhere_.wrap());
    std::copy(key->view().begin(), key->view().end(), opening.key.begin());
    return opening;
  }
  static Item shown(Person& who, const RecordId& id) { return show(who.shelf(), {hex(id.view())}); }
  // Whatever Ada can be told: no word of it may be in there.
  static std::string told(Person& who) {
    std::string all;
    for (const Item& item : list(who.shelf(), {})) {
      all += item.text;
      for (const FieldValue& field : item.fields)
        if (const auto* text = std::get_if<std::string>(&field.value)) all += *text + "\n";
    }
    return all;
  }
  // How many keys of her own answers Ada has given away.
  std::size_t keys_given() {
    Wanted silent;
    silent.kinds = only(Kind::kSilent);
    silent.stretch = Stretch{ada.device(), first_records_ + 1};
    return bo.journal(bo.shared()).records().lines(silent).size();  // openings
  }
  // After the lie both go on as ever: entries, and next week's check-in opens for both.
  void expect_no_harm() {
    ada.write("from Ada, after the lie");
    bo.write("from Bo, after the lie");
    ada.now += 7 * kDay;
    bo.now += 7 * kDay;
    ada.answer(3, "Ada a week later");
    bo.answer(4, "Bo a week later");
    meet(ada, bo);
    for (Person* who : {&ada, &bo}) {
      EXPECT_THAT(who->texts(), ::testing::Contains("from Ada, after the lie"));
      EXPECT_THAT(who->texts(), ::testing::Contains("from Bo, after the lie"));
      EXPECT_EQ(who->round().state, RoundState::kBothIn);
      for (const Item& item : who->round().answers) EXPECT_EQ(item.state, AnswerState::kReadable);
    }
    EXPECT_EQ(ada.ids(), bo.ids());
    EXPECT_EQ(status(ada.shelf())[1].frozen, false);
    const auto before = told(ada);
    ada.restart();
    EXPECT_EQ(told(ada), before);
  }
  static void wish_that_the_unanswered_open(Person& who) {
    Wishes wishes;
    wishes.unanswered = "open";
    who.shelf().agree(wishes, {});
  }

 private:
  crypto::DeviceKeys elsewhere_{crypto::DeviceSeed::random()};
  std::uint64_t first_records_ = ada.log().head(ada.shared(), ada.device())->seq;
};

}  // namespace duolog::journal
