#include "record/schema.hpp"

#include "record/schema_maker.hpp"

namespace pmembench {

std::vector<RecordSchema> record_schemas() {
  return {named_schema<Row>("row", "The result of one cell"),
          named_schema<MediumFacts>("medium", "A medium as the process that measured verified it"),
          named_schema<Details>("details", "What a replicate knows beyond its times"),
          named_schema<Estimate>("estimate", "An estimate and its confidence interval"),
          named_schema<Warning>("warning", "A fact that a reader of the number must know")};
}

}  // namespace pmembench
