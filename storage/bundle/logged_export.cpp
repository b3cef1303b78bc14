#include "storage/bundle/logged_export.hpp"

#include "engine/base/encoding.hpp"

#include "storage/sqlite/own_stream.hpp"

namespace pykala::storage {
namespace {

value whole_number(std::uint64_t n) {
    return static_cast<std::int64_t>(n);
}

own_event to_event(const export_taker& who, const exported_part& part, const logged_bundle& bundle,
                   const std::set<log::data_class>& opens) {
    value_array classes, cases;
    for (const auto each : opens) classes.emplace_back(log::to_string(each));
    for (const auto& each : part.cases) cases.emplace_back(to_hex(each));
    own_event made;
    made.of = export_stream;
    made.kind = is_exported;
    made.role = who.role;
    made.fields = {{"bytes", whole_number(bundle.bytes.size())},
                   {"digest", value(to_hex(bundle.hash))},
                   {"from", whole_number(part.from)},
                   {"opens", std::move(classes)},
                   {"scope", value(name_of(part.scope))},
                   {"to", whole_number(part.to)},
                   {"way", value(who.way)}};
    if (!cases.empty()) made.fields.emplace("streams", std::move(cases));
    if (!who.name.empty()) made.facts.emplace("actor", who.name);
    return made;
}

}  // namespace

result<logged_bundle> export_for(const export_taker& who, tenant_store& store, key_store& keys,
                                 const export_request& request, desk::moment now) {
    PYKALA_TRY(auto spool, sealed_spool::make());
    sha256_stream hash;
    PYKALA_TRY(const auto part, export_bundle(store, keys, request, [&](std::string_view bytes) {
                   hash.update(bytes);
                   spool.write(bytes);
               }));
    PYKALA_CHECK(spool.finish());
    logged_bundle made{std::move(spool), hash.finish()};
    PYKALA_TRY(const auto own, keys_of_own_stream(store, keys, export_stream, now.at));
    const auto event = to_event(who, part, made, request.opens);
    PYKALA_CHECK(store.writer().run([&](session& db, log_appender& log) -> result<void> {
        return append_own_event(db, log, store.identity().tenant, event, now, own);
    }));
    return made;
}

}  // namespace pykala::storage
