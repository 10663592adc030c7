// together.h: two people who do things with each other: answer, reply, let time pass.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/refusal.h"
#include "daemon/journal/rounds.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {

class Together : public TwoPeople {
 protected:
  static std::string id_of(const Saved& saved) { return hex(saved.id.view()); }
  static Item shown(Person& who, const Saved& what) { return show(who.shelf(), {id_of(what)}); }
  // With their words.
  static std::vector<ItemVersion> past_of(Person& who, const Saved& what) {
    const History history = journal::history(who.shelf(), {id_of(what)});
    std::vector<ItemVersion> all;
    for (const Version& version : history.versions) all.push_back(with_words(who.shelf(), history, version));
    return all;
  }
  static Saved done(Person& who, const std::string& practice, std::vector<FieldValue> fields) {
    FilledForm form;
    form.practice = practice;
    form.fields = std::move(fields);
    return who.shelf().answer(form, {});
  }
  static Saved said(Person& who, const Saved& about, const std::string& manner, const std::string& text = {}) {
    return who.shelf().remark({id_of(about)}, manner, text, {});
  }
  static Reason refused(const std::function<void()>& work) {
    try {
      work();
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    ADD_FAILURE() << "was done";
    return Reason::kBadRequest;
  }
  void pass_time(std::int64_t ms) {
    ada.now += ms;
    bo.now += ms;
    ada.shelf().time_passed();
    bo.shelf().time_passed();
    meet(ada, bo);
  }
  Round question(Person& who) { return *today(who.shelf()).question; }
  static Round round_of(Person& who, const RoundKey& key) {
    const Journal& journal = who.journal(who.shared());
    return Rounds(journal, who.shelf().calendar_of(journal), who.now, Zone("UTC")).make(key);
  }
};

}  // namespace duolog::journal
