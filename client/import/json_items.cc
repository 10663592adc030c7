// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/json_items.h"

#include <nlohmann/json.hpp>
#include <set>

#include "client/sanitise.h"

namespace duolog::client {
namespace {

using Json = nlohmann::json;

// The parser's events. Depth 1 is the top-level object, depth 2 the array, depth 3 an element.
class Listener : public nlohmann::json_sax<Json> {
 public:
  Listener(const std::string& name, const std::map<std::string, TakeItem>& arrays,
           const std::function<void(std::size_t)>& other)
      : name_(name), arrays_(arrays), other_(other) {}

  JsonRead finish() {
    read_.top = top_.dump(-1, ' ', false, Json::error_handler_t::replace);
    return read_;
  }

  bool null() override { return value(nullptr, 0); }
  bool boolean(bool said) override { return value(said, 0); }
  bool number_integer(number_integer_t said) override { return value(said, 0); }
  bool number_unsigned(number_unsigned_t said) override { return value(said, 0); }
  bool number_float(number_float_t said, const string_t&) override { return value(said, 0); }
  bool binary(binary_t&) override { return true; }
  bool string(string_t& said) override {
    const auto bytes = said.size();
    return value(std::move(said), bytes);
  }
  bool key(string_t& said) override {
    key_ = std::move(said);
    weigh(key_.size());
    return true;
  }
  bool start_object(std::size_t) override { return start(Json::object()); }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override { return start(Json::array()); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    refuse_file(name_, "is no JSON from byte " + std::to_string(at) + " on",
                "nothing was imported; was it cut off on its way?");
  }

 private:
  void weigh(std::size_t bytes) {
    if (open_.empty()) return;
    constexpr std::size_t kEach = 32;  // a value takes room even where it holds nothing
    weight_ += bytes + kEach;
    if (weight_ > kItemBytes) refuse_file(name_, "holds one entry that is larger than 16 MiB", "nothing was imported");
  }

  // Where the next value belongs in the element that is being read.
  Json& place(Json&& said) {
    Json& in = *open_.back();
    if (in.is_array()) return in.emplace_back(std::move(said));
    return in[key_] = std::move(said);
  }

  bool value(Json&& said, std::size_t bytes) {
    weigh(bytes);
    if (!open_.empty()) {
      place(std::move(said));
    } else if (depth_ == 2 && take_ != nullptr) {
      other_(index_++);
    } else if (depth_ == 1 && top_.size() < kItems && bytes < kItems) {
      top_[key_] = std::move(said);
    }
    return true;
  }

  bool start(Json&& empty) {
    if (++depth_ > kJsonDepth) refuse_file(name_, "is nested too deep", "nothing was imported");
    if (!open_.empty()) {
      weigh(0);
      open_.push_back(&place(std::move(empty)));
    } else if (depth_ == 2 && empty.is_array() && arrays_.contains(key_) && met_.insert(key_).second) {
      take_ = &arrays_.at(key_);
      index_ = 0;
      read_.has_array = true;
    } else if (depth_ == 3 && take_ != nullptr && empty.is_object()) {
      element_ = std::move(empty);
      weight_ = 0;
      open_.push_back(&element_);
    } else if (depth_ == 3 && take_ != nullptr) {
      other_(index_++);
    }
    return true;
  }

  bool end() {
    --depth_;
    if (!open_.empty()) {
      open_.pop_back();
      if (!open_.empty()) return true;
      ++index_;
      (*take_)(element_);
      element_ = nullptr;
    } else if (depth_ == 1) {
      take_ = nullptr;
    }
    return true;
  }

  static constexpr std::size_t kItems = 1000;
  const std::string& name_;
  const std::map<std::string, TakeItem>& arrays_;
  const std::function<void(std::size_t)>& other_;
  JsonRead read_;
  Json top_ = Json::object();
  Json element_;
  std::vector<Json*> open_;  // from the element inwards. A container is not moved while something in it is open
  std::string key_;
  std::size_t depth_ = 0, index_ = 0, weight_ = 0;
  const TakeItem* take_ = nullptr;  // of the array that is being read
  std::set<std::string> met_;       // a second one of the same name is none
};

}  // namespace

std::unique_ptr<std::istream> open_json(const Files& files, const Files::File& file) {
  if (file.size > kJsonFileLimit)
    refuse_file(file.name, "is longer than " + std::to_string(kJsonFileLimit >> 20) + " MiB",
                "nothing was imported; split it, and import one after the other");
  return files.open(file);
}

JsonRead read_json_items(std::istream& stream, const std::string& name, const std::string& array,
                         const std::function<void(Json&)>& take, const std::function<void(std::size_t)>& other) {
  return read_json_arrays(stream, name, {{array, take}}, other);
}

JsonRead read_json_arrays(std::istream& stream, const std::string& name, const std::map<std::string, TakeItem>& arrays,
                          const std::function<void(std::size_t)>& other) {
  Listener listener(name, arrays, other);
  Json::sax_parse(stream, &listener);
  return listener.finish();
}

std::string string_in(const Json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool flag_in(const Json& of, const char* key) {
  const auto found = of.find(key);
  return found != of.end() && found->is_boolean() && found->get<bool>();
}

std::vector<std::string> strings_in(const Json& of, const char* key) {
  std::vector<std::string> strings;
  const auto found = of.find(key);
  if (found == of.end() || !found->is_array()) return strings;
  for (const auto& one : *found)
    if (one.is_string()) strings.push_back(one.get<std::string>());
  return strings;
}

}  // namespace duolog::client
