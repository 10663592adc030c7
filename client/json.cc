// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>

#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

namespace pb = google::protobuf;

constexpr const char* kPrefix = "type.googleapis.com";  // of a name, wherever protobuf wants one for a message

class Described {
 public:
  Described() : resolver_(pb::util::NewTypeResolverForDescriptorPool(kPrefix, &pool_)) {
    pb::FileDescriptorSet files;
    const auto bytes = control_described();
    files.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    for (const auto& file : files.file()) pool_.BuildFile(file);
  }
  [[nodiscard]] pb::util::TypeResolver* resolver() const { return resolver_.get(); }

 private:
  pb::DescriptorPool pool_;
  std::unique_ptr<pb::util::TypeResolver> resolver_;
};

}  // namespace

std::string to_json(const pb::MessageLite& message) {
  static const Described kDescribed;
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  const auto type = std::string(kPrefix) + "/" + message.GetTypeName();
  std::string json;
  const auto done =
      pb::util::BinaryToJsonString(kDescribed.resolver(), type, message.SerializeAsString(), &json, options);
  if (!done.ok()) throw daemon_unreadable();
  return escape_json(json);
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        out += c;
    }
  }
  out += '"';
  return escape_json(out);
}

}  // namespace duolog::client
