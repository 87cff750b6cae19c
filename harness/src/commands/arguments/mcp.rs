//! What `mcp` takes: a coding agent at a product.

use std::net::SocketAddr;

use clap::Args;

use super::Staging;
use super::unattended::address;

#[derive(Debug, Args)]
pub struct McpOptions {
    /// Serve over HTTP at this address of this machine, instead of standard input and output
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = address)]
    pub http: Option<SocketAddr>,
    /// Which product, where the suite has several
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// Whose session the page starts from
    #[arg(long = "as", value_name = "NAME")]
    pub actor: Option<String>,
    /// Go on from this session: what was done in it is done again, before a client uses the product
    #[arg(long, value_name = "SESSION")]
    pub resume: Option<String>,
    #[command(flatten)]
    pub staging: Staging,
}
