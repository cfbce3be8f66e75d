"use strict";

(() => {
  const parts = [
    "Since its foundation the company has regarded the continuous development of its organisational principles as an essential part of its responsibility towards all groups concerned, and has laid these principles down in a framework that is reviewed at regular intervals.",
    "The framework comprises strategic, operative and supporting elements, each of which is assigned to an area of responsibility. The areas of responsibility are described in the respective descriptions, which form an integral part of the framework.",
    "In the context of its activities the company strives for a balanced consideration of economic, ecological and social aspects. To this end, suitable measures are identified, evaluated, prioritised and, where appropriate, implemented within the given possibilities.",
    "Quality is understood as the degree to which the characteristics of a product meet the requirements placed upon it. The requirements are recorded, compared and documented. Deviations are treated in accordance with the procedure that is provided for deviations.",
    "Suppliers are selected on the basis of defined criteria. The criteria are weighted, and the weighting is adapted in consultation with the departments involved. In the course of a selection, the results are summarised in an overview and made available internally.",
    "Communication with interested parties takes place through established channels. Enquiries are received, classified and forwarded to the department in charge, which answers them within the period that applies to the class in question.",
    "The continuing training of employees is supported by a range of offers. Participation is documented and taken into account in the yearly conversation, the results of which are likewise documented and followed up at a suitable time.",
    "With regard to future developments, the company assumes that the conditions under which it operates will continue to change. It therefore observes relevant changes and takes them into consideration in the further development of its framework.",
  ];
  const section = document.createElement("section");
  section.id = "principles";
  section.className = "wrap principles";
  section.innerHTML =
    '<h2 id="principles-title">Our framework and its principles</h2>' +
    [0, 1, 2].map((round) => parts.map((text, i) => `<p id="principle-${round * 8 + i + 1}">${text}</p>`).join("")).join("");
  document.getElementById("categories").after(section);
})();
