"""The map of `/v1/`."""

from django.urls import path

from apps.api.v1 import (
    capacity,
    catalog,
    documents,
    jobs,
    machine_imports,
    machine_models,
    machine_tables,
    machines,
    matches,
    orders,
    parts,
    quotes,
    reports,
    rfqs,
    sites,
)

urlpatterns = [
    path("processes", catalog.Processes.as_view()),
    path("materials", catalog.Materials.as_view()),
    path("certificate-kinds", catalog.CertificateKinds.as_view()),
    path("machine-models", machine_models.MachineModels.as_view()),
    path("sites", sites.Sites.as_view()),
    path("sites/<uuid:site_id>", sites.Site.as_view()),
    path("sites/<uuid:site_id>/holidays", sites.SiteHolidays.as_view()),
    path("certificates", sites.Certificates.as_view()),
    path("machines", machines.Machines.as_view()),
    path("machines/<uuid:machine_id>", machines.Machine.as_view()),
    path(
        "machines/<uuid:machine_id>/capabilities/<slug:process_code>",
        machines.MachineCapability.as_view(),
    ),
    path(
        "machines/<uuid:machine_id>/confirmed-figures",
        machine_models.MachineFigures.as_view(),
    ),
    path("machines/<uuid:machine_id>/cost-model", machines.MachineCostModel.as_view()),
    path(
        "machines/<uuid:machine_id>/publication", machines.MachinePublication.as_view()
    ),
    path("machines/<uuid:machine_id>/withdrawal", machines.MachineWithdrawal.as_view()),
    path("machines/<uuid:machine_id>/listings", machines.MachineListings.as_view()),
    path("machines/<uuid:machine_id>/load", capacity.MachineLoad.as_view()),
    path("machines/<uuid:machine_id>/calendar", capacity.MachineCalendar.as_view()),
    path("machines/<uuid:machine_id>/evidence", documents.MachineEvidence.as_view()),
    path(
        "certificates/<uuid:certificate_id>/evidence",
        documents.CertificateEvidence.as_view(),
    ),
    path("evidence/<uuid:evidence_id>", documents.Evidence.as_view()),
    path("documents", documents.Documents.as_view()),
    path("documents/<uuid:document_id>", documents.Document.as_view()),
    path("documents/<uuid:document_id>/content", documents.DocumentContent.as_view()),
    path("machine-imports", machine_imports.MachineImports.as_view()),
    path("machine-tables", machine_tables.MachineTables.as_view()),
    path(
        "machine-tables/<uuid:table_import_id>", machine_tables.MachineTable.as_view()
    ),
    path(
        "machine-tables/<uuid:table_import_id>/start",
        machine_tables.MachineTableStart.as_view(),
    ),
    path(
        "machine-tables/<uuid:table_import_id>/undo",
        machine_tables.MachineTableUndo.as_view(),
    ),
    path("parts", parts.Parts.as_view()),
    path("parts/<uuid:part_id>", parts.Part.as_view()),
    path("rfqs", rfqs.Rfqs.as_view()),
    path("rfqs/<uuid:rfq_id>", rfqs.Rfq.as_view()),
    path("rfqs/<uuid:rfq_id>/publication", rfqs.RfqPublication.as_view()),
    path("rfqs/<uuid:rfq_id>/cancellation", rfqs.RfqCancellation.as_view()),
    path("rfq-lines/<uuid:rfq_line_id>/matches", matches.RfqLineMatches.as_view()),
    path("rfq-lines/<uuid:rfq_line_id>/quotes", quotes.RfqLineQuotes.as_view()),
    path("demands", matches.Demands.as_view()),
    path("demands/<uuid:demand_id>", matches.Demand.as_view()),
    path("demands/<uuid:demand_id>/quotes", quotes.DemandQuotes.as_view()),
    path("quotes", quotes.Quotes.as_view()),
    path("quotes/<uuid:quote_id>", quotes.Quote.as_view()),
    path("quotes/<uuid:quote_id>/award", quotes.QuoteAward.as_view()),
    path("quotes/<uuid:quote_id>/withdrawal", quotes.QuoteWithdrawal.as_view()),
    path("orders", orders.Orders.as_view()),
    path("orders/<uuid:order_id>", orders.Order.as_view()),
    path("orders/<uuid:order_id>/steps", orders.OrderSteps.as_view()),
    path("reports", reports.Reports.as_view()),
    path("reports/<uuid:report_id>", reports.Report.as_view()),
    path("report-files/<uuid:file_id>", reports.ReportFile.as_view()),
    path("jobs/<uuid:job_id>", jobs.Job.as_view()),
]
