//! The answer to GETCSPCONFIG: what a provider can be asked about, and where the LP and LD workflows are served.
//! Interception endpoints and dictionary definitions are noted and left out.

use super::codec::record;
use super::common::{DictionaryEntries, DictionaryEntry};
use super::form::Form;
use super::value::StatedTime;

record! {
    /// What a provider takes and where (schema `GETCSPCONFIGResponse`).
    CspConfig in Core {
        /// When this last changed.
        last_changed: StatedTime = "LastChanged" as Form::Seconds,
        /// The identifier formats it takes.
        targeting: TargetingConfigurations = "TargetingConfigurations",
        /// Where preservation workflows are served.
        lp_endpoints: Option<LpWorkflowEndpoints> = "SupportedLPWorkflowEndpoints",
        /// Where disclosure workflows are served.
        ld_endpoints: Option<LdWorkflowEndpoints> = "SupportedLDWorkflowEndpoints",
    }
}

record! {
    /// The identifier formats a provider takes.
    TargetingConfigurations in Config {
        /// One for each format.
        list: Vec<TargetingConfiguration> = "TargetingConfiguration",
    }
}

record! {
    /// One identifier format and the requests it may be used in.
    TargetingConfiguration in Config {
        /// The format's name.
        format_name: String = "FormatName" as Form::Short,
        /// Who defines the format.
        format_owner: String = "FormatOwner" as Form::Short,
        /// Advice for the requester.
        guidance: Option<String> = "Guidance" as Form::Long,
        /// Disclosure types.
        ld_types: Option<DictionaryEntries> = "AssociatedLDRequestTypes",
        /// Disclosure subtypes.
        ld_subtypes: Option<DictionaryEntries> = "AssociatedLDRequestSubtypes",
        /// Preservation types.
        lp_types: Option<DictionaryEntries> = "AssociatedLPRequestTypes",
        /// Preservation subtypes.
        lp_subtypes: Option<DictionaryEntries> = "AssociatedLPRequestSubtypes",
    }
}

record! {
    /// Where preservation workflows are served.
    LpWorkflowEndpoints in Config {
        /// One for each workflow.
        list: Vec<LpWorkflowEndpoint> = "SupportedLPWorkflowEndpoint",
    }
}

record! {
    /// Where one preservation workflow is served.
    LpWorkflowEndpoint in Config {
        /// The workflow.
        workflow: DictionaryEntry = "LPWorkflowEndpoint" as Form::Entry(&["LPWorkflowEndpoint"]),
        /// Advice for the requester.
        guidance: Option<String> = "Guidance" as Form::Long,
        /// The address.
        url: String = "URL" as Form::Long,
    }
}

record! {
    /// Where disclosure workflows are served.
    LdWorkflowEndpoints in Config {
        /// One for each workflow.
        list: Vec<LdWorkflowEndpoint> = "SupportedLDWorkflowEndpoint",
    }
}

record! {
    /// Where one disclosure workflow is served.
    LdWorkflowEndpoint in Config {
        /// The workflow.
        workflow: DictionaryEntry = "LDWorkflowEndpoint" as Form::Entry(&[]),
        /// Advice for the requester.
        guidance: Option<String> = "Guidance" as Form::Long,
        /// The address.
        url: String = "URL" as Form::Long,
    }
}
