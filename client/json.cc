// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/json.h"

#include <google/protobuf/util/json_util.h>

#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) throw daemon_unreadable();
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
